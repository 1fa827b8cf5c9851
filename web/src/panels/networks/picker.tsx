/** All LoRA and embeddings as cards, those that go with the model unless all are asked for. A click writes one into the prompt. */
import { Switch } from '@base-ui/react/switch';
import { addLora, addWords } from '@easel/shared/prompt/network-edits';
import { Search } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../../components/button.tsx';
import { NetworkCard } from './card.tsx';
import { findLora, sift, type NetworkFile, type NetworkLibrary } from './library.ts';
import { useNetworkWords } from '../../lib/network-words.ts';

import type { Networks } from './use-networks.ts';

/** Cards that are shown at once: pictures are fetched for each. */
const FIRST = 24;

export function Picker({ library, loras, embeddings, edit }: Networks & { library: NetworkLibrary }) {
  const { n } = useNetworkWords();
  const [query, setQuery] = useState('');
  const [isFitting, setIsFitting] = useState(true);
  const goes = ({ misfit, model }: NetworkFile): boolean =>
    misfit === null && (model.reason === null || model.reason.code === 'model_pending');
  const found = {
    lora: sift(library.loras, query),
    embedding: sift(library.embeddings, query),
  };
  const all = [...found.lora, ...found.embedding];
  const hidden = isFitting ? all.filter((file) => !goes(file)).length : 0;
  const inUse = new Set([
    ...loras.filter(({ isOn }) => isOn).map(({ name }) => findLora(library, name)?.model.id),
    ...embeddings.map(({ file }) => file.model.id),
  ]);
  const shown = (files: readonly NetworkFile[]): NetworkFile[] => (isFitting ? files.filter(goes) : [...files]);
  return (
    <div className="flex flex-col gap-2 border-t border-line pt-3">
      <h3 className="text-xs font-semibold text-ink">{n('picker.title')}</h3>
      <label className="relative flex items-center">
        <Search size={14} aria-hidden className="absolute left-2.5 text-faint" />
        <input
          type="search"
          value={query}
          aria-label={n('picker.search')}
          placeholder={n('picker.search')}
          onChange={(event) => setQuery(event.target.value)}
          className="h-control w-full min-w-0 rounded-md border border-edge bg-raised pr-2 pl-8 text-field hover:border-faint"
        />
      </label>
      <label className="flex min-h-7 items-center gap-2 text-xs text-soft phone:min-h-11">
        <span className="flex-1">{n('picker.fitting')}</span>
        <Switch.Root
          checked={isFitting}
          onCheckedChange={setIsFitting}
          className="relative flex h-5 w-9 shrink-0 items-center rounded-full border border-edge bg-line px-0.5 transition-colors before:absolute before:-inset-3 before:content-[''] data-checked:border-accent data-checked:bg-accent"
        >
          <Switch.Thumb className="size-3.5 rounded-full bg-raised shadow-low transition-transform data-checked:translate-x-4" />
        </Switch.Root>
      </label>
      {all.length === 0 && <p className="text-xs text-faint">{n('picker.nothing', { query })}</p>}
      <Cards
        title={n('picker.lora')}
        files={shown(found.lora)}
        inUse={inUse}
        onAdd={({ name }) => edit((text) => addLora(text, name))}
      />
      <Cards
        title={n('picker.embedding')}
        files={shown(found.embedding)}
        inUse={inUse}
        onAdd={({ name }) => edit((text) => addWords(text, name))}
        onAddNegative={({ name }) => edit((text) => addWords(text, name), true)}
      />
      {hidden > 0 && (
        <p className="text-xs text-faint">
          {n('picker.hidden', { count: hidden })}{' '}
          <button
            type="button"
            className="text-soft underline hover:text-ink phone:min-h-11"
            onClick={() => setIsFitting(false)}
          >
            {n('picker.showHidden')}
          </button>
        </p>
      )}
    </div>
  );
}

interface CardsProps {
  title: string;
  files: readonly NetworkFile[];
  /** Ids. */
  inUse: ReadonlySet<string | undefined>;
  onAdd: (file: NetworkFile) => void;
  onAddNegative?: (file: NetworkFile) => void;
}

function Cards({ title, files, inUse, onAdd, onAddNegative }: CardsProps) {
  const { n } = useNetworkWords();
  const [count, setCount] = useState(FIRST);
  if (files.length === 0) return null;
  const rest = files.length - count;
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h4 className="text-xs text-soft">{title}</h4>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(7.5rem,1fr))] gap-2">
        {files.slice(0, count).map((file) => (
          <NetworkCard
            key={file.model.id}
            file={file}
            isUsed={inUse.has(file.model.id)}
            onAdd={() => onAdd(file)}
            {...(onAddNegative === undefined ? {} : { onAddNegative: () => onAddNegative(file) })}
          />
        ))}
      </ul>
      {rest > 0 && (
        <Button look="quiet" onClick={() => setCount(count + FIRST)}>
          {n('picker.more', { count: Math.min(rest, FIRST) })}
        </Button>
      )}
    </section>
  );
}
