/** What the model received, fetched when it is first looked at. */
import { lazy, Suspense, useState } from 'react';

import { useReceived } from '../state/received.ts';
import { part } from './parts.ts';

const loadReceived = part(() => import('../panels/prompt/received.tsx'));
const LazyReceived = lazy(async () => ({ default: (await loadReceived()).Received }));

export function Received() {
  const isOpen = useReceived(({ which }) => which !== null);
  // Stays once it was opened, so that it can close with its movement.
  const [wasOpen, setWasOpen] = useState(false);
  if (isOpen && !wasOpen) setWasOpen(true);
  return wasOpen ? (
    <Suspense fallback={null}>
      <LazyReceived />
    </Suspense>
  ) : null;
}
