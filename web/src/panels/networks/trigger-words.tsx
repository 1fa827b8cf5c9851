/** Words that call what a file was taught, as chips that write them into the prompt. */
import { addWords, hasWords } from '@easel/shared/prompt/network-edits';
import { clsx } from 'clsx';
import { Check, Plus } from 'lucide-react';

import { useForm } from '../../state/form.ts';
import { useNetworkWords } from '../../lib/network-words.ts';

import type { Networks } from './use-networks.ts';

export function TriggerWords({ words, edit }: { words: readonly string[]; edit: Networks['edit'] }) {
  const { n } = useNetworkWords();
  const prompt = useForm((state) => state.values.prompt);
  if (words.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-1.5">
      {words.map((word) => {
        const isIn = hasWords(prompt, word);
        return (
          <li key={word} className="min-w-0">
            <button
              type="button"
              aria-label={n(isIn ? 'use.inserted' : 'use.insert', { word })}
              aria-disabled={isIn}
              onClick={() => !isIn && edit((text) => addWords(text, word))}
              className={clsx(
                'inline-flex min-h-7 max-w-full items-center gap-1 rounded-full px-2 text-xs phone:min-h-11',
                isIn ? 'bg-accent-wash text-accent-ink' : 'bg-hover text-soft hover:bg-press hover:text-ink',
              )}
            >
              {isIn ? <Check size={12} aria-hidden /> : <Plus size={12} aria-hidden />}
              <span className="truncate">{word}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
