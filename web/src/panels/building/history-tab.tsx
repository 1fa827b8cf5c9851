/** Prompts that were used: to be found, starred, used again and forgotten. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { History, Star, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { forgetPrompts, promptHistoryQuery, starPrompt } from '../../api/prompts.ts';
import { useCommandContext } from '../../commands/context.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { useDebounced } from '../../lib/use-debounced.ts';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { inputClass, Row, SureButton, Trouble } from './parts.tsx';
import { useBook } from './use-book.ts';
import { useWork } from './use-work.ts';

import type { UsedPrompt } from '@easel/shared/http/prompts';

const REST_MS = 200;

export function HistoryTab() {
  const { b } = useBuildingWords();
  const { client } = useCommandContext();
  const work = useWork();
  const [query, setQuery] = useState('');
  const [isStarred, setIsStarred] = useState(false);
  const settled = useDebounced(query, REST_MS);
  const { data, isPending, isError, hasNextPage, fetchNextPage } = useInfiniteQuery(
    promptHistoryQuery(settled, isStarred),
  );
  const prompts = data?.pages.flatMap((page) => page.prompts) ?? [];
  const total = data?.pages.at(-1)?.total ?? 0;
  const isSifted = settled !== '' || isStarred;

  return (
    <>
      <div className="flex items-center gap-1">
        <input
          type="search"
          value={query}
          aria-label={b('history.search')}
          placeholder={b('history.search')}
          onChange={({ target }) => setQuery(target.value)}
          className={inputClass}
        />
        <IconButton
          label={b('history.starred')}
          icon={<Star size={16} />}
          isPressed={isStarred}
          onClick={() => setIsStarred(!isStarred)}
        />
      </div>
      <Trouble work={work} />
      {isError && <p className="text-danger">{b('failed')}</p>}
      {!isPending && prompts.length === 0 && !isError && (
        <EmptyState
          icon={<History size={28} />}
          title={b(isSifted ? 'history.nothing' : 'history.empty')}
          {...(isSifted ? {} : { hint: b('history.emptyHint') })}
        />
      )}
      {prompts.length > 0 && (
        <>
          <p role="status" className="text-xs text-faint">
            {b('history.count', { count: total })}
          </p>
          <ul>
            {prompts.map((used) => (
              <UsedRow
                key={used.id}
                used={used}
                onStar={() => void work.run(() => starPrompt(client, used.id, !used.isStarred))}
                onForget={() => void work.run(() => forgetPrompts(client, used.id))}
              />
            ))}
          </ul>
          <div className="flex justify-between">
            <SureButton
              label={b('history.clear')}
              sure={b('history.clearSure')}
              icon={<Trash2 size={14} />}
              onSure={() => void work.run(() => forgetPrompts(client, null))}
            />
            {hasNextPage && <Button onClick={() => void fetchNextPage()}>{b('more')}</Button>}
          </div>
        </>
      )}
    </>
  );
}

function UsedRow({ used, onStar, onForget }: { used: UsedPrompt; onStar: () => void; onForget: () => void }) {
  const { b } = useBuildingWords();
  const { setPrompts } = useBook();
  const { prompt, negativePrompt, styles, uses, isStarred } = used;
  return (
    <Row>
      <button
        type="button"
        onClick={() => setPrompts({ prompt, negativePrompt, styles, drawn: null })}
        className="flex min-h-11 min-w-0 flex-1 flex-col gap-0.5 rounded-md px-2 py-1 text-left hover:bg-hover"
      >
        <span className="line-clamp-3 w-full break-words">{prompt}</span>
        {negativePrompt !== '' && (
          <span className="line-clamp-1 w-full break-words text-xs text-faint">
            {b('negative', { text: negativePrompt })}
          </span>
        )}
        <span className="text-2xs text-faint">{[b('history.uses', { count: uses }), ...styles].join(' · ')}</span>
      </button>
      <IconButton
        label={b(isStarred ? 'history.unstar' : 'history.star')}
        icon={<Star size={15} fill={isStarred ? 'currentColor' : 'none'} />}
        isPressed={isStarred}
        onClick={onStar}
      />
      <IconButton look="danger" label={b('history.forget')} icon={<Trash2 size={15} />} onClick={onForget} />
    </Row>
  );
}
