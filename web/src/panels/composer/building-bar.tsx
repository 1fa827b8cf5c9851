/** Beside the prompt: the prompt book, a surprise, and the styles that are put on it. */
import { BookOpen, Dices, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { surpriseMe } from '../../commands/building.ts';
import { useCommandContext } from '../../commands/context.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { useForm } from '../../state/form.ts';
import { setOverlay } from '../../state/view.ts';

export function BuildingButtons({ size }: { size: number }) {
  const { t } = useTranslation();
  const context = useCommandContext();
  return (
    <>
      <IconButton
        label={t('building.book')}
        keys="B"
        icon={<BookOpen size={size} />}
        onClick={() => setOverlay('book')}
      />
      <IconButton
        label={t('building.surprise')}
        icon={<Dices size={size} />}
        onClick={() => void surpriseMe(context)}
      />
    </>
  );
}

/** Nothing where no style is on. */
export function StyleChips() {
  const { t } = useTranslation();
  const styles = useForm((state) => state.values.styles);
  const update = useForm((state) => state.update);
  if (styles.length === 0) return null;
  const takeOff = (name: string): void =>
    update((values) => ({ ...values, styles: values.styles.filter((each) => each !== name) }));
  return (
    <ul aria-label={t('building.styles')} className="flex flex-wrap gap-1.5 px-3 pb-2">
      {styles.map((name) => (
        <li
          key={name}
          className="inline-flex min-h-7 max-w-full items-center rounded-full bg-accent-wash pr-1 pl-2.5 text-xs text-accent-ink phone:min-h-11"
        >
          <span className="truncate">{name}</span>
          <button
            type="button"
            aria-label={t('building.takeOff', { name })}
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
