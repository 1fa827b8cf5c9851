/** How a file stands, in a word or two; nothing where all is well. */
import { clsx } from 'clsx';
import { CircleAlert, Hash, LoaderCircle, PenLine, Star, Unplug } from 'lucide-react';

import { useWords } from './use-words.ts';

import type { ModelView } from '@easel/shared/http/models';
import type { ReactNode } from 'react';

const TONES = {
  quiet: 'bg-hover text-soft',
  accent: 'bg-accent-wash text-accent-ink',
  danger: 'bg-danger-wash text-danger',
  warn: 'bg-warn-wash text-warn',
} as const;

function Badge({ tone, icon, children }: { tone: keyof typeof TONES; icon: ReactNode; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 shrink-0 items-center gap-1 rounded-full px-1.5 text-2xs font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      {icon}
      {children}
    </span>
  );
}

export function ModelBadges({ model, isDefault }: { model: ModelView; isDefault: boolean }) {
  const { m } = useWords();
  const isPending = model.reason?.code === 'model_pending';
  return (
    <>
      {isDefault && (
        <Badge tone="accent" icon={<Star size={11} aria-hidden />}>
          {m('badge.default')}
        </Badge>
      )}
      {!model.isAvailable && (
        <Badge tone="warn" icon={<Unplug size={11} aria-hidden />}>
          {m('badge.unavailable')}
        </Badge>
      )}
      {model.isAvailable && isPending && (
        <Badge tone="quiet" icon={<LoaderCircle size={11} aria-hidden className="animate-spin" />}>
          {m('badge.pending')}
        </Badge>
      )}
      {model.isAvailable && !isPending && model.reason !== null && (
        <Badge tone="danger" icon={<CircleAlert size={11} aria-hidden />}>
          {m('badge.unusable')}
        </Badge>
      )}
      {Object.keys(model.overrides).length > 0 && (
        <Badge tone="quiet" icon={<PenLine size={11} aria-hidden />}>
          {m('badge.corrected')}
        </Badge>
      )}
      {model.hashing === 'running' && (
        <Badge tone="quiet" icon={<Hash size={11} aria-hidden />}>
          {m('badge.hashing')}
        </Badge>
      )}
    </>
  );
}
