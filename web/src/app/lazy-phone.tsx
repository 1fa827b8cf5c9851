/** The page of a phone, fetched only there. */
import { lazy, Suspense } from 'react';

const LazyPhone = lazy(async () => ({ default: (await import('./phone.tsx')).Phone }));

export function PhonePage() {
  return (
    <Suspense fallback={null}>
      <LazyPhone />
    </Suspense>
  );
}
