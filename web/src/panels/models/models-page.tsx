/** All model files: a list to look through, and beside it everything about the one that is chosen. */
import { ArrowLeft, Boxes, GitMerge, SearchX } from 'lucide-react';
import { useState } from 'react';

import { useModelLibrary } from '../../api/models.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { useIsPhone } from '../../lib/use-media.ts';
import { useLayout } from '../../state/layout.ts';
import { openModel, useView } from '../../state/view.ts';
import { MergeDialog } from './merge-dialog.tsx';
import { ModelDetails } from './model-details.tsx';
import { ModelsList } from './models-list.tsx';
import { sift, type Sieve } from './sift.ts';
import { Toolbar } from './toolbar.tsx';
import { useWords } from './use-words.ts';

import type { ModelList, ModelRoot } from '@easel/shared/http/models';

/** Thousands of lines at once would make the page heavy; who looks for one searches. */
const SHOWN_AT_FIRST = 240;

const EVERYTHING: Sieve = { query: '', family: null, kind: null, order: 'byName' };

export function ModelsPage() {
  const { m } = useWords();
  const { list, isFailed } = useModelLibrary();
  const current = useView((state) => state.openModel) ?? '';
  const isPhone = useIsPhone();
  const isOpen = current !== '';
  return (
    <main aria-label={m('page.title')} className="flex min-h-0 flex-1">
      {/* Hidden rather than gone, so that it stays where it was scrolled to. */}
      <div className={isPhone && isOpen ? 'hidden' : 'flex min-w-0 flex-1 flex-col'}>
        {list === undefined ? (
          isFailed && <EmptyState icon={<Boxes size={28} />} title={m('details.failed')} />
        ) : (
          <Library list={list} current={current} />
        )}
      </div>
      {isOpen && list !== undefined && <ModelDetails key={current} id={current} list={list} />}
      {!isOpen && !isPhone && list !== undefined && list.models.length > 0 && (
        <aside className="grid w-104 max-w-[42vw] shrink-0 place-items-center border-l border-line bg-surface max-[900px]:hidden">
          <EmptyState icon={<Boxes size={28} />} title={m('page.choose')} hint={m('page.chooseHint')} />
        </aside>
      )}
    </main>
  );
}

function Library({ list, current }: { list: ModelList; current: string }) {
  const { m } = useWords();
  const [sieve, setSieve] = useState(EVERYTHING);
  const [isMerging, setIsMerging] = useState(false);
  const isGrid = useLayout((state) => state.areModelsPictures);
  const [most, setMost] = useState(SHOWN_AT_FIRST);
  const sifted = sift(list.models, sieve);
  const shown = sifted.slice(0, most);
  const hidden = sifted.length - shown.length;
  return (
    <>
      <div className="flex shrink-0 items-center gap-1 px-4 pt-3 pb-2 phone:px-1 phone:pt-1 phone:pb-1">
        <IconButton label={m('page.close')} icon={<ArrowLeft size={17} />} onClick={() => openModel(null)} />
        <h1 className="ml-1 font-serif text-xl font-semibold">{m('page.title')}</h1>
        <span role="status" className="numerals ml-2 text-xs text-faint">
          {m('page.count', { count: sifted.length })}
        </span>
        <Button look="quiet" icon={<GitMerge size={15} />} onClick={() => setIsMerging(true)} className="ml-auto">
          {m('page.merge')}
        </Button>
      </div>
      <Toolbar models={list.models} sieve={sieve} onSieve={setSieve} />
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <Roots roots={list.roots} />
        {shown.length > 0 ? (
          <ModelsList
            models={shown}
            current={current}
            defaultModel={list.defaultModel}
            isGrid={isGrid}
            onOpen={openModel}
          />
        ) : list.models.length === 0 ? (
          <EmptyState icon={<Boxes size={28} />} title={m('page.empty')} hint={m('page.emptyHint')} />
        ) : (
          <EmptyState icon={<SearchX size={28} />} title={m('page.noMatch')} hint={m('page.noMatchHint')} />
        )}
        {hidden > 0 && (
          <div className="flex justify-center pb-6">
            <Button onClick={() => setMost(most + SHOWN_AT_FIRST)}>{m('page.more', { count: hidden })}</Button>
          </div>
        )}
      </div>
      <MergeDialog
        models={list.models}
        first={null}
        isOpen={isMerging}
        onClose={() => setIsMerging(false)}
        onShow={openModel}
      />
    </>
  );
}

/** What is wrong with folders of other programs. */
function Roots({ roots }: { roots: readonly ModelRoot[] }) {
  const { m, language } = useWords();
  const troubled = roots.filter((root) => !root.isAvailable || root.problems.length > 0);
  if (troubled.length === 0) return null;
  return (
    <div className="flex flex-col gap-2 px-4 pb-3 phone:px-3">
      {troubled.map(({ name, isAvailable, problems }) => (
        <Notice
          key={name}
          tone="warn"
          title={m(isAvailable ? 'roots.partly' : 'roots.absent', { name })}
          message={isAvailable ? problems.join(' ') : null}
          messageLanguage={language === 'en' ? undefined : 'en'}
          {...(isAvailable ? {} : { hint: m('roots.absentHint') })}
        />
      ))}
    </div>
  );
}
