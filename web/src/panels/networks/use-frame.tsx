/** One that is in use: its picture, its name, what can be done with it, and what is wrong with it. */
import { clsx } from 'clsx';
import { X } from 'lucide-react';

import { IconButton } from '../../components/icon-button.tsx';
import { LetterPicture } from '../../components/letter-picture.tsx';
import { useNetworkWords } from '../../lib/network-words.ts';

import type { ReactNode } from 'react';

interface UseFrameProps {
  name: string;
  /** Address of its picture; null = it has none. */
  picture: string | null;
  /** In small letters behind the name. */
  facts: readonly string[];
  isOn: boolean;
  /** Before the button that removes it. */
  controls?: ReactNode;
  warning: string | null;
  onRemove: () => void;
  children: ReactNode;
}

export function UseFrame({ name, picture, facts, isOn, controls, warning, onRemove, children }: UseFrameProps) {
  const { n } = useNetworkWords();
  return (
    <li className="flex flex-col gap-1 rounded-md border border-line bg-raised p-2" data-network={name}>
      <div className="flex items-center gap-2">
        <LetterPicture src={picture} name={name} alt="" className="size-9 shrink-0 rounded-sm text-lg" />
        <div className={clsx('min-w-0 flex-1', !isOn && 'opacity-70')}>
          <p className="truncate text-sm font-medium" title={name}>
            {name}
          </p>
          {facts.length > 0 && <p className="truncate text-2xs text-faint">{facts.join(' · ')}</p>}
        </div>
        {controls}
        <IconButton look="small" label={n('use.remove', { name })} icon={<X size={14} />} onClick={onRemove} />
      </div>
      {warning !== null && (
        <p role="alert" className="rounded-sm bg-warn-wash px-1.5 py-1 text-xs break-words text-warn">
          {warning}
        </p>
      )}
      {children}
    </li>
  );
}
