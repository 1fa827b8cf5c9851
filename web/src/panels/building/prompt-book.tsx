/** The prompt book: used prompts, templates, styles and wildcards, each in a tab of one sheet. */
import { clsx } from 'clsx';
import { useState, type KeyboardEvent } from 'react';

import { Sheet } from '../../components/sheet.tsx';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { setOverlay, useView } from '../../state/view.ts';
import { HistoryTab } from './history-tab.tsx';
import { PANEL_ID } from './parts.tsx';
import { StylesTab } from './styles-tab.tsx';
import { TemplatesTab } from './templates-tab.tsx';
import { WildcardsTab } from './wildcards-tab.tsx';

const TABS = [
  { id: 'history', Panel: HistoryTab },
  { id: 'templates', Panel: TemplatesTab },
  { id: 'styles', Panel: StylesTab },
  { id: 'wildcards', Panel: WildcardsTab },
] as const;
type TabId = (typeof TABS)[number]['id'];

const tabIdOf = (id: TabId): string => `book-tab-${id}`;

export function PromptBook() {
  const { b } = useBuildingWords();
  const isOpen = useView((state) => state.overlay === 'book');
  const [tab, setTab] = useState<TabId>('history');
  const Panel = TABS.find(({ id }) => id === tab)?.Panel ?? HistoryTab;
  return (
    <Sheet isOpen={isOpen} title={b('title')} closeLabel={b('close')} isTall onClose={() => setOverlay(null)}>
      <div className="flex min-h-[min(32rem,70dvh)] flex-col">
        <TabList current={tab} onChoose={setTab} />
        <div
          id={PANEL_ID}
          role="tabpanel"
          tabIndex={-1}
          aria-labelledby={tabIdOf(tab)}
          className="flex flex-1 flex-col gap-3 p-4 outline-none"
        >
          <Panel />
        </div>
      </div>
    </Sheet>
  );
}

/** Arrows choose; only the chosen tab is reached by Tab. */
function TabList({ current, onChoose }: { current: TabId; onChoose: (id: TabId) => void }) {
  const { b } = useBuildingWords();
  const ids = TABS.map(({ id }) => id);
  const choose = (event: KeyboardEvent, to: TabId | undefined): void => {
    if (to === undefined) return;
    event.preventDefault();
    onChoose(to);
    document.getElementById(tabIdOf(to))?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = ids.indexOf(current);
    if (event.key === 'ArrowRight') choose(event, ids[(place + 1) % ids.length]);
    else if (event.key === 'ArrowLeft') choose(event, ids.at(place - 1));
    else if (event.key === 'Home') choose(event, ids[0]);
    else if (event.key === 'End') choose(event, ids.at(-1));
  };
  return (
    <div
      role="tablist"
      aria-label={b('tabs.label')}
      className="sticky top-0 z-10 flex shrink-0 gap-1 overflow-x-auto border-b border-line bg-surface px-3 phone:px-2"
    >
      {ids.map((id) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={tabIdOf(id)}
          aria-selected={id === current}
          aria-controls={PANEL_ID}
          tabIndex={id === current ? 0 : -1}
          onClick={() => onChoose(id)}
          onKeyDown={onKeyDown}
          className={clsx(
            'h-11 shrink-0 border-b-2 px-3 text-sm hover:text-ink phone:flex-1 phone:px-2',
            id === current ? 'border-accent font-medium text-ink' : 'border-transparent text-soft',
          )}
        >
          {b(`tabs.${id}`)}
        </button>
      ))}
    </div>
  );
}
