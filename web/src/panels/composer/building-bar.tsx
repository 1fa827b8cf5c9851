/**
 * Beside the prompt: the prompt book, a surprise, and the styles that are put on it. It comes a moment after the first load;
 * lazy-bar.tsx holds its place.
 */
import { BookOpen, Dices, X } from 'lucide-react';
import { useEffect } from 'react';

import { offerImport, surpriseMe } from '../../commands/building.ts';
import { useCommandContext } from '../../commands/context.ts';
import { PROMPT_ID } from '../../commands/generate.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { useForm } from '../../state/form.ts';
import { setOverlay } from '../../state/view.ts';

export function BuildingButtons({ size }: { size: number }) {
  const { b } = useBuildingWords();
  const context = useCommandContext();
  useEffect(() => {
    const onPaste = ({ target, clipboardData }: ClipboardEvent): void => {
      if (!(target instanceof Element) || target.closest(`#${PROMPT_ID}`) === null) return;
      void offerImport(clipboardData?.getData('text/plain') ?? '', context, b);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [context, b]);
  return (
    <>
      <IconButton label={b('bar.book')} keys="B" icon={<BookOpen size={size} />} onClick={() => setOverlay('book')} />
      <IconButton label={b('bar.surprise')} icon={<Dices size={size} />} onClick={() => void surpriseMe(context, b)} />
    </>
  );
}

/** Nothing where no style is on. */
export function StyleChips() {
  const { b } = useBuildingWords();
  const styles = useForm((state) => state.values.styles);
  const update = useForm((state) => state.update);
  if (styles.length === 0) return null;
  const takeOff = (name: string): void =>
    update((values) => ({ ...values, styles: values.styles.filter((each) => each !== name) }));
  return (
    <ul aria-label={b('bar.styles')} className="flex flex-wrap gap-1.5 px-3 pb-2">
      {styles.map((name) => (
        <li
          key={name}
          className="inline-flex min-h-7 max-w-full items-center rounded-full bg-accent-wash pr-1 pl-2.5 text-xs text-accent-ink phone:min-h-11"
        >
          <span className="truncate">{name}</span>
          <button
            type="button"
            aria-label={b('bar.takeOff', { name })}
            onClick={() => takeOff(name)}
            className="inline-flex size-6 shrink-0 items-center justify-center rounded-full hover:bg-press phone:size-11"
          >
            <X size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
