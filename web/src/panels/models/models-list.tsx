/** The models as pictures or as lines. Arrow keys go from one to the next, as in any list. */
import { clsx } from 'clsx';

import { formatBytes } from '../../lib/format.ts';
import { ModelBadges } from './model-badges.tsx';
import { ModelPicture } from './model-picture.tsx';
import { useWords } from './use-words.ts';

import type { ModelView } from '@easel/shared/http/models';
import type { KeyboardEvent } from 'react';

interface ModelsListProps {
  models: readonly ModelView[];
  /** Id of the one that is open. */
  current: string;
  defaultModel: string | null;
  isGrid: boolean;
  onOpen: (id: string) => void;
}

/** Moves to the button in this direction on the screen: rows are as long as the room makes them. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button[data-model]')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const here = buttons[at]?.getBoundingClientRect();
  if (here === undefined) return;
  const sameColumn = (button: HTMLButtonElement): boolean =>
    Math.abs(button.getBoundingClientRect().left - here.left) < here.width / 2;
  const moves: Readonly<Record<string, () => HTMLButtonElement | undefined>> = {
    ArrowRight: () => buttons[at + 1],
    ArrowLeft: () => buttons[at - 1],
    ArrowDown: () => buttons.slice(at + 1).find(sameColumn),
    ArrowUp: () => buttons.slice(0, at).findLast(sameColumn),
    Home: () => buttons[0],
    End: () => buttons.at(-1),
  };
  const next = moves[event.key]?.();
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

export function ModelsList({ models, current, defaultModel, isGrid, onOpen }: ModelsListProps) {
  const { m } = useWords();
  return (
    <ul
      aria-label={m('page.files')}
      onKeyDown={moveFocus}
      className={clsx(
        isGrid
          ? 'grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-3 p-4 pt-1 phone:grid-cols-2 phone:p-3 phone:pt-1'
          : 'flex flex-col px-2 pb-4',
      )}
    >
      {models.map((model) => (
        <li key={model.id} className="min-w-0 [contain-intrinsic-size:auto_4rem] [content-visibility:auto]">
          <button
            type="button"
            data-model={model.id}
            aria-current={model.id === current ? 'true' : undefined}
            onClick={() => onOpen(model.id)}
            className={clsx(
              'w-full text-left outline-offset-[-2px] transition-colors hover:bg-hover aria-[current]:bg-accent-wash',
              isGrid ? 'flex h-full flex-col overflow-hidden rounded-lg border border-line bg-raised' : 'rounded-md',
              isGrid && 'aria-[current]:border-accent',
            )}
          >
            {isGrid ? (
              <Card model={model} isDefault={model.id === defaultModel} />
            ) : (
              <Line model={model} isDefault={model.id === defaultModel} />
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface ItemProps {
  model: ModelView;
  isDefault: boolean;
}

/** Where it lies, as far as the name does not say it: titles in files are often the same. */
function placeOf({ id, name, root, kind }: ModelView): string | null {
  const below = root === null ? id : id.slice(root.length + 1);
  const path = below.startsWith(`${kind}:`) ? below.slice(kind.length + 1) : below;
  const parts = [path === name ? null : path, root].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' · ');
}

function useFacts(model: ModelView): string {
  const { m, language } = useWords();
  return [model.familyLabel ?? m(`kind.${model.kind}`), formatBytes(model.sizeBytes, language)].join(' · ');
}

function Card({ model, isDefault }: ItemProps) {
  const facts = useFacts(model);
  return (
    <>
      <ModelPicture
        model={model}
        alt=""
        className={clsx('aspect-4/3 w-full', !model.isUsable && model.kind === 'checkpoint' && 'opacity-60')}
      />
      <span className="flex min-w-0 flex-1 flex-col gap-1 p-2.5">
        <span className="line-clamp-2 font-medium break-words">{model.name}</span>
        {placeOf(model) !== null && <span className="truncate text-xs text-faint">{placeOf(model)}</span>}
        <span className="numerals truncate text-xs text-faint">{facts}</span>
        <span className="mt-auto flex flex-wrap gap-1 empty:hidden">
          <ModelBadges model={model} isDefault={isDefault} />
        </span>
      </span>
    </>
  );
}

function Line({ model, isDefault }: ItemProps) {
  const facts = useFacts(model);
  return (
    <span className="flex items-center gap-3 px-2 py-2">
      <ModelPicture model={model} alt="" className="size-11 shrink-0 rounded-xs" />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <span className="truncate font-medium">{model.name}</span>
          <span className="flex gap-1 phone:hidden">
            <ModelBadges model={model} isDefault={isDefault} />
          </span>
        </span>
        <span className="numerals block truncate text-xs text-faint">{facts}</span>
        <span className="mt-0.5 hidden flex-wrap gap-1 empty:hidden phone:flex">
          <ModelBadges model={model} isDefault={isDefault} />
        </span>
      </span>
      <span className="w-48 truncate text-xs text-faint max-[1200px]:hidden">{placeOf(model)}</span>
      <code className="w-22 text-right font-mono text-xs text-faint phone:hidden">{model.hashes.autoV2}</code>
    </span>
  );
}
