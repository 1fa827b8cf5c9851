/** Media queries as React state. */
import { useSyncExternalStore } from 'react';

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (notify) => {
      const media = matchMedia(query);
      media.addEventListener('change', notify);
      return () => media.removeEventListener('change', notify);
    },
    () => matchMedia(query).matches,
  );
}

/** Too narrow for three panels beside the picture. */
export const useIsNarrow = (): boolean => useMedia('(width <= 1100px)');

/** One column with a bar at the bottom. The same width stands in styles.css as the variant `phone`. */
export const useIsPhone = (): boolean => useMedia('(width <= 700px)');
