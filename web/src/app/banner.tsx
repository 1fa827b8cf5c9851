/** Calm news about the connection and the engine, while they last. Above the page, so that nothing moves for it. */
import { clsx } from 'clsx';
import { LoaderCircle, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useEngine } from '../api/catalogue.ts';
import { useLive } from '../state/live.ts';

// A blink of the connection is not worth a word.
const PATIENCE_MS = 1200;

export function Banner() {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const isConnected = useLive((state) => state.isConnected);
  const isLost = useLasting(!isConnected, PATIENCE_MS);

  if (isLost) return <Strip title={t('status.lost')} hint={t('status.lostHint')} />;
  switch (engine?.state) {
    case 'starting':
      return <Strip title={t('status.starting')} hint={t('status.startingHint')} />;
    case 'restarting':
      return <Strip title={t('status.restarting')} hint={t('status.restartingHint')} />;
    case 'failed':
      return (
        <Strip
          isBad
          title={t('status.failed')}
          hint={(i18n.language === 'en' ? engine.reason : null) ?? t('status.failedHint')}
        />
      );
    default:
      return null;
  }
}

function Strip({ title, hint, isBad = false }: { title: string; hint: string; isBad?: boolean }) {
  const Icon = isBad ? TriangleAlert : LoaderCircle;
  return (
    <div
      role="status"
      className={clsx(
        'pointer-events-none absolute top-15 left-1/2 z-20 flex w-max max-w-[calc(100vw-1.5rem)] -translate-x-1/2 animate-appear items-start gap-2.5 rounded-xl border border-line px-4 py-2 shadow-float',
        isBad ? 'bg-danger-wash' : 'bg-warn-wash',
      )}
    >
      <Icon
        size={15}
        aria-hidden
        className={clsx('mt-0.5 shrink-0', isBad ? 'text-danger' : 'animate-spin text-warn')}
      />
      <p className="text-pretty">
        <span className="font-semibold">{title}</span> <span className="text-soft">{hint}</span>
      </p>
    </div>
  );
}

/** True once the condition has held for a while; false at once when it ends. */
function useLasting(holds: boolean, forMs: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!holds) return setLasts(false);
    const timer = setTimeout(() => setLasts(true), forMs);
    return () => clearTimeout(timer);
  }, [holds, forMs]);
  return holds && lasts;
}
