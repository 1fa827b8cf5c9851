/** Wildcards: the list, and one of them open to be written. */
import { isWildcardName } from '@easel/shared/prompt/wildcard-names';
import { useQuery } from '@tanstack/react-query';
import { Plus, Shuffle, TextCursorInput } from 'lucide-react';
import { useState } from 'react';

import { wildcardQuery } from '../../api/wildcard-files.ts';
import { wildcardsQuery } from '../../api/wildcards.ts';
import { useCommandContext } from '../../commands/context.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { useDraft } from './draft.ts';
import { Hint, inputClass, Row, TextInput, Trouble } from './parts.tsx';
import { useBook } from './use-book.ts';
import { useWork } from './use-work.ts';
import { WildcardEditor } from './wildcard-editor.tsx';

import type { WildcardView } from '@easel/shared/http/wildcards';

/** More are found by searching. */
const MOST_SHOWN = 200;

export function WildcardsTab() {
  const draft = useDraft((state) => state.draft);
  return draft === null ? <WildcardList /> : <WildcardEditor draft={draft} />;
}

function WildcardList() {
  const { b } = useBuildingWords();
  const { client } = useCommandContext();
  const work = useWork();
  const { data: wildcards = [], isPending, isError } = useQuery(wildcardsQuery);
  const [query, setQuery] = useState('');
  const words = query.toLowerCase().split(/\s+/);
  const found = wildcards.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const open = async (name: string): Promise<void> => {
    await work.run(async () => {
      const { text, version, isOwn } = await client.query(wildcardQuery(name));
      useDraft.setState({ draft: { name, version, saved: text, text, isOwn } });
    });
  };
  return (
    <>
      <Hint>{b('wildcards.hint')}</Hint>
      <NewWildcard taken={wildcards.map(({ name }) => name)} />
      <Trouble work={work} />
      {isError && <p className="text-danger">{b('failed')}</p>}
      {!isPending && !isError && wildcards.length === 0 && (
        <EmptyState icon={<Shuffle size={28} />} title={b('wildcards.empty')} hint={b('wildcards.emptyHint')} />
      )}
      {wildcards.length > 8 && (
        <input
          type="search"
          value={query}
          aria-label={b('wildcards.search')}
          placeholder={b('wildcards.search')}
          onChange={({ target }) => setQuery(target.value)}
          className={inputClass}
        />
      )}
      <ul>
        {found.slice(0, MOST_SHOWN).map((wildcard) => (
          <WildcardRow key={wildcard.name} wildcard={wildcard} onOpen={() => void open(wildcard.name)} />
        ))}
      </ul>
    </>
  );
}

function WildcardRow({ wildcard: { name, lines, isOwn }, onOpen }: { wildcard: WildcardView; onOpen: () => void }) {
  const { b } = useBuildingWords();
  const { append } = useBook();
  const facts = [b('wildcards.lines', { count: lines }), ...(isOwn ? [] : [b('wildcards.foreign')])];
  return (
    <Row>
      <button
        type="button"
        onClick={onOpen}
        className="flex min-h-11 min-w-0 flex-1 flex-col rounded-md px-2 py-1 text-left hover:bg-hover"
      >
        <span className="w-full truncate font-medium">{name}</span>
        <span className="text-xs text-faint">{facts.join(' · ')}</span>
      </button>
      <IconButton
        label={b('wildcards.insert', { name })}
        icon={<TextCursorInput size={15} />}
        onClick={() => append(`__${name}__`)}
      />
    </Row>
  );
}

function NewWildcard({ taken }: { taken: readonly string[] }) {
  const { b } = useBuildingWords();
  const [name, setName] = useState<string | null>(null);
  if (name === null) {
    return (
      <Button icon={<Plus size={15} />} onClick={() => setName('')} className="self-start">
        {b('wildcards.add')}
      </Button>
    );
  }
  const isUsable = isWildcardName(name.trim()) && !taken.includes(name.trim());
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isUsable) return;
        useDraft.setState({ draft: { name: name.trim(), version: null, saved: '', text: '', isOwn: true } });
      }}
    >
      <TextInput
        isFirst
        label={b('name')}
        value={name}
        onChange={setName}
        hint={b('wildcards.addHint')}
        isInvalid={name.trim() !== '' && !isUsable}
      />
      <div className="flex gap-1">
        <button
          type="submit"
          disabled={!isUsable}
          className="inline-flex h-control items-center rounded-md bg-accent px-3 text-sm font-semibold text-on-accent enabled:hover:bg-accent-strong disabled:opacity-50"
        >
          {b('wildcards.add')}
        </button>
        <Button look="quiet" onClick={() => setName(null)}>
          {b('cancel')}
        </Button>
      </div>
    </form>
  );
}
