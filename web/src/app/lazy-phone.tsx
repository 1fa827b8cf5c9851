/** The page of a phone, fetched only there. */
import { lazy, Suspense } from 'react';

import { part } from './parts.ts';

const loadPhone = part(() => import('./phone.tsx'));
const LazyPhone = lazy(async () => ({ default: (await loadPhone()).Phone }));

export function PhonePage() {
  return (
    <Suspense fallback={null}>
      <LazyPhone />
    </Suspense>
  );
}
