/** The prompt book: used prompts, templates, styles and wildcards, each in a tab of one sheet. */
import { Tabs } from '@base-ui/react/tabs';
import { useState } from 'react';

import { Sheet } from '../../components/sheet.tsx';
import { setOverlay, useView } from '../../state/view.ts';
import { HistoryTab } from './history-tab.tsx';
import { StylesTab } from './styles-tab.tsx';
import { TemplatesTab } from './templates-tab.tsx';
import { useWords } from './use-words.ts';
import { WildcardsTab } from './wildcards-tab.tsx';

const TABS = [
  { id: 'history', Panel: HistoryTab },
  { id: 'templates', Panel: TemplatesTab },
  { id: 'styles', Panel: StylesTab },
  { id: 'wildcards', Panel: WildcardsTab },
] as const;
type TabId = (typeof TABS)[number]['id'];

export function PromptBook() {
  const { b } = useWords();
  const isOpen = useView((state) => state.overlay === 'book');
  const [tab, setTab] = useState<TabId>('history');
  return (
    <Sheet isOpen={isOpen} title={b('title')} closeLabel={b('close')} isTall onClose={() => setOverlay(null)}>
      <Tabs.Root
        value={tab}
        onValueChange={(value: TabId) => setTab(value)}
        className="flex min-h-[min(32rem,70dvh)] flex-col"
      >
        <Tabs.List
          aria-label={b('tabs.label')}
          className="sticky top-0 z-10 flex shrink-0 gap-1 overflow-x-auto border-b border-line bg-surface px-3 phone:px-2"
        >
          {TABS.map(({ id }) => (
            <Tabs.Tab
              key={id}
              value={id}
              className="h-11 shrink-0 border-b-2 border-transparent px-3 text-sm text-soft hover:text-ink data-active:border-accent data-active:font-medium data-active:text-ink phone:flex-1 phone:px-2"
            >
              {b(`tabs.${id}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ id, Panel }) => (
          <Tabs.Panel key={id} value={id} className="flex flex-1 flex-col gap-3 p-4 outline-none">
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Sheet>
  );
}
