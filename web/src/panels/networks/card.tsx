/** One file to choose: picture, name, base, trigger words; greyed out with the reason where it does not go with the model. */
import { clsx } from 'clsx';
import { Check, Minus } from 'lucide-react';

import { modelPreviewUrl } from '../../api/models.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { LetterPicture } from '../../components/letter-picture.tsx';
import { misfitText, networkFacts, useNetworkWords } from '../../lib/network-words.ts';

import type { NetworkFile } from './library.ts';

interface NetworkCardProps {
  file: NetworkFile;
  isUsed: boolean;
  onAdd: () => void;
  /** Only where it makes sense there. */
  onAddNegative?: () => void;
}

export function NetworkCard({ file, isUsed, onAdd, onAddNegative }: NetworkCardProps) {
  const { n, unusable } = useNetworkWords();
  const { model, name, misfit, triggerWords } = file;
  const { network, reason } = model;
  const broken = unusable(reason);
  const problem =
    misfit !== null ? misfitText(misfit, n) : reason?.code === 'model_pending' ? n('picker.pending') : broken;
  const aboutId = `about-${model.id}`;
  const isOff = misfit !== null || broken !== null;
  const facts = network === null ? [] : networkFacts(network, n);
  return (
    <li
      data-network-card={model.id}
      className={clsx(
        'relative flex min-w-0 flex-col overflow-hidden rounded-md border bg-raised transition-colors',
        isUsed ? 'border-accent' : 'border-line',
        !isOff && !isUsed && 'hover:border-faint hover:bg-hover',
      )}
    >
      {/* What it does reaches over the whole card; its name is what it says. */}
      <button
        type="button"
        aria-label={n(isUsed ? 'picker.added' : 'picker.add', { name })}
        aria-disabled={isOff || isUsed}
        aria-describedby={aboutId}
        onClick={() => !isOff && !isUsed && onAdd()}
        className="flex w-full flex-col text-left after:absolute after:inset-0 after:content-['']"
      >
        <span className={clsx('block w-full', isOff && 'opacity-50 grayscale')}>
          <LetterPicture
            src={model.preview === null ? null : modelPreviewUrl(model.id, model.preview)}
            name={name}
            alt=""
            className="aspect-4/3 w-full"
          />
        </span>
        <span className="block w-full truncate px-1.5 pt-1.5 text-xs font-medium" title={name}>
          {name}
        </span>
      </button>
      {isUsed && (
        <span className="pointer-events-none absolute top-1 left-1 grid size-5 place-items-center rounded-full bg-accent text-on-accent">
          <Check size={12} aria-hidden />
        </span>
      )}
      <div id={aboutId} className="flex min-w-0 flex-col gap-0.5 px-1.5 pb-1.5 text-2xs">
        {facts.length > 0 && <p className="text-faint">{facts.join(' · ')}</p>}
        {triggerWords.length > 0 && <p className="truncate text-soft">{triggerWords.join(', ')}</p>}
        {problem !== null && <p className="break-words text-warn">{problem}</p>}
      </div>
      {onAddNegative !== undefined && !isOff && !isUsed && (
        <IconButton
          look="small"
          label={n('picker.toNegative', { name })}
          icon={<Minus size={13} />}
          className="absolute! top-1 right-1 z-1 bg-raised/85"
          onClick={onAddNegative}
        />
      )}
    </li>
  );
}
