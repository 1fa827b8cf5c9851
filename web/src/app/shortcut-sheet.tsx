/** All keys on one sheet, straight from the table of commands. */
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';

import { COMMAND_GROUPS, COMMANDS } from '../commands/table.ts';
import { Sheet } from '../components/sheet.tsx';
import { partsOfKeys } from '../lib/keys.ts';
import { setOverlay, useView } from '../state/view.ts';

import type { Messages } from '../lib/locales/en.ts';

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function ShortcutSheet() {
  const { t } = useTranslation();
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
          <section key={group} aria-label={t(`shortcuts.${group}`)}>
            <h3 className="mb-1 text-xs font-semibold text-faint">{t(`shortcuts.${group}`)}</h3>
            <dl>
              {COMMANDS.filter((command) => command.group === group).map((command) => (
                <div
                  key={command.id}
                  className="flex min-h-8 items-center justify-between gap-4 border-b border-line last:border-0"
                >
                  <dt>{t(`shortcuts.${command.id}`)}</dt>
                  <dd className="flex shrink-0 items-center gap-1">
                    {command.keys.map((keys, index) => (
                      <Fragment key={keys}>
                        {index > 0 && <span className="text-xs text-faint">{t('shortcuts.or')}</span>}
                        <Combination keys={keys} />
                      </Fragment>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Sheet>
  );
}

function Combination({ keys }: { keys: string }) {
  const { t } = useTranslation();
  return partsOfKeys(keys, IS_MAC).map((part) => (
    <kbd
      key={part}
      className="min-w-6 rounded-sm border border-edge bg-raised px-1.5 text-center font-sans text-xs text-soft"
    >
      {part.length === 1 ? part : t(`keys.${part as keyof Messages['keys']}`)}
    </kbd>
  ));
}
