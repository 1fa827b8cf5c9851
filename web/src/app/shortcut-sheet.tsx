/** All keys on one sheet: straight from the table of commands, and those of the prompt editor. */
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';

import { COMMAND_GROUPS, COMMANDS } from '../commands/table.ts';
import { Sheet } from '../components/sheet.tsx';
import { partsOfKeys } from '../lib/keys.ts';
import { usePromptWording } from '../lib/prompt/use-words.ts';
import { setOverlay, useView } from '../state/view.ts';

import type { Messages } from '../lib/locales/en.ts';

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** What the prompt editor takes while one writes; the id is also that of its words. */
const PROMPT_KEYS = [
  { id: 'weight', keys: ['Control+ArrowUp', 'Control+ArrowDown'] },
  { id: 'move', keys: ['Alt+ArrowLeft', 'Alt+ArrowRight'] },
  { id: 'recall', keys: ['Alt+ArrowUp', 'Alt+ArrowDown'] },
  { id: 'complete', keys: ['Control+Space'] },
  { id: 'problem', keys: ['F8'] },
  { id: 'mend', keys: ['Control+.'] },
] as const;

export function ShortcutSheet() {
  const { t } = useTranslation();
  const { p } = usePromptWording();
  const isOpen = useView((state) => state.overlay === 'shortcuts');
  return (
    <Sheet
      isOpen={isOpen}
      title={t('shortcuts.title')}
      closeLabel={t('shortcuts.close')}
      onClose={() => setOverlay(null)}
    >
      <div className="flex flex-col gap-4 p-4">
        <p className="text-soft">{t('shortcuts.lead')}</p>
        {COMMAND_GROUPS.map((group) => (
          <Group
            key={group}
            title={t(`shortcuts.${group}`)}
            rows={COMMANDS.filter((command) => command.group === group).map(({ id, keys }) => ({
              name: t(`shortcuts.${id}`),
              keys,
            }))}
          />
        ))}
        <Group title={p('keys.title')} rows={PROMPT_KEYS.map(({ id, keys }) => ({ name: p(`keys.${id}`), keys }))} />
      </div>
    </Sheet>
  );
}

interface GroupProps {
  title: string;
  rows: readonly { readonly name: string; readonly keys: readonly string[] }[];
}

function Group({ title, rows }: GroupProps) {
  const { t } = useTranslation();
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-xs font-semibold text-faint">{title}</h3>
      <dl>
        {rows.map(({ name, keys }) => (
          <div
            key={name}
            className="flex min-h-8 items-center justify-between gap-4 border-b border-line last:border-0"
          >
            <dt>{name}</dt>
            <dd className="flex shrink-0 items-center gap-1">
              {keys.map((each, index) => (
                <Fragment key={each}>
                  {index > 0 && <span className="text-xs text-faint">{t('shortcuts.or')}</span>}
                  <Combination keys={each} />
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Combination({ keys }: { keys: string }) {
  const { t } = useTranslation();
  return partsOfKeys(keys, IS_MAC).map((part) => (
    <kbd
      key={part}
      className="min-w-6 rounded-sm border border-edge bg-raised px-1.5 text-center font-sans text-xs text-soft"
    >
      {part.length === 1 || /^F\d/.test(part) ? part : t(`keys.${part as keyof Messages['keys']}`)}
    </kbd>
  ));
}
