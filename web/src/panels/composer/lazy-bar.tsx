/** Holds the place of building-bar.tsx until that has come; where it cannot be had, prompts are written without. */
import { lazy, Suspense, type ComponentType } from 'react';

const load = async () => import('./building-bar.tsx').catch(() => null);
const Nothing: ComponentType<{ size?: number }> = () => null;

const LazyButtons = lazy(async () => ({ default: (await load())?.BuildingButtons ?? Nothing }));
const LazyChips = lazy(async () => ({ default: (await load())?.StyleChips ?? Nothing }));

export function BuildingButtons({ size }: { size: number }) {
  return (
    <Suspense fallback={<span className="h-control w-16 phone:w-22" />}>
      <LazyButtons size={size} />
    </Suspense>
  );
}

export function StyleChips() {
  return (
    <Suspense fallback={null}>
      <LazyChips />
    </Suspense>
  );
}
