/** One wildcard: its lines, whether they are saved, and its name. */
import { WILDCARD_BYTES } from '@easel/shared/http/wildcard-files';
import { isWildcardName, wildcardLines } from '@easel/shared/prompt/wildcard-names';
import { ArrowLeft, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { deleteWildcard, renameWildcard, saveWildcard, wildcardQuery } from '../../api/wildcard-files.ts';
import { useCommandContext } from '../../commands/context.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { changeDraft, isChanged, useDraft, type Draft } from './draft.ts';
import { areaClass, focused, focusPanel, Hint, inputClass, SureButton, Trouble } from './parts.tsx';
import { useWork } from './use-work.ts';

export function WildcardEditor({ draft }: { draft: Draft }) {
  const { b } = useBuildingWords();
  const { client } = useCommandContext();
  const work = useWork();
  const [isLeaving, setIsLeaving] = useState(false);
  const { name, text, version, isOwn } = draft;
  const isNew = version === null;
  const isDirty = isNew || isChanged(draft);
  const isTooLarge = new TextEncoder().encode(text).length > WILDCARD_BYTES;
  const shown = name ?? '';

  const leave = (): void => {
    useDraft.setState({ draft: null });
    focusPanel();
  };
  const take = (file: { name: string; text: string; version: string; isOwn: boolean }): void =>
    // What was typed while it was on its way stays typed.
    changeDraft({ name: file.name, version: file.version, saved: file.text, isOwn: file.isOwn });
  const save = (): Promise<boolean> => work.run(async () => take(await saveWildcard(client, shown, { text, version })));
  const reload = (): Promise<boolean> =>
    work.run(async () => {
      const file = await client.query(wildcardQuery(shown));
      changeDraft({ version: file.version, saved: file.text, text: file.text, isOwn: file.isOwn });
    });
  const remove = async (): Promise<void> => {
    if (isNew || (await work.run(() => deleteWildcard(client, shown)))) leave();
  };
  const state = isTooLarge ? 'wildcards.tooLarge' : work.isBusy ? 'saving' : isDirty ? 'unsaved' : 'saved';

  return (
    <>
      <div className="flex items-center gap-1">
        <IconButton
          label={b('back')}
          icon={<ArrowLeft size={16} />}
          onClick={() => (isChanged(draft) ? setIsLeaving(true) : leave())}
        />
        <Name
          key={shown}
          name={shown}
          isFixed={isNew || !isOwn}
          onRename={(to) => work.run(async () => take(await renameWildcard(client, shown, to)))}
        />
      </div>
      {isLeaving && (
        <div
          role="alertdialog"
          aria-label={b('wildcards.leave')}
          className="flex flex-wrap items-center gap-2 rounded-lg bg-warn-wash px-3 py-2"
        >
          <span className="flex-1">{b('wildcards.leave')}</span>
          <Button ref={focused} onClick={() => setIsLeaving(false)}>
            {b('wildcards.stay')}
          </Button>
          <Button look="danger" onClick={leave}>
            {b('wildcards.discard')}
          </Button>
        </div>
      )}
      <Trouble
        work={work}
        action={isNew ? undefined : <Button onClick={() => void reload()}>{b('wildcards.reload')}</Button>}
      />
      <textarea
        ref={focused}
        value={text}
        rows={12}
        spellCheck={false}
        readOnly={!isOwn}
        aria-label={b('wildcards.text', { name: shown })}
        aria-invalid={isTooLarge}
        onChange={({ target }) => changeDraft({ text: target.value })}
        onKeyDown={(event) => {
          if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          if (isOwn && isDirty && !isTooLarge) void save();
        }}
        className={`${areaClass} min-h-40 flex-1 font-mono`}
      />
      <p role="status" className="flex justify-between text-xs text-faint">
        <span>{b('wildcards.lines', { count: wildcardLines(text).length })}</span>
        <span className={isTooLarge ? 'text-danger' : isDirty ? 'text-warn' : undefined}>
          {isOwn ? b(state) : b('wildcards.foreign')}
        </span>
      </p>
      <Hint>{b('wildcards.hint')}</Hint>
      {isOwn && (
        <div className="flex flex-wrap gap-1">
          <Button look="primary" disabled={!isDirty || isTooLarge || work.isBusy} onClick={() => void save()}>
            {b('save')}
          </Button>
          <span className="flex-1" />
          <SureButton
            label={b('delete', { name: shown })}
            sure={b('deleteSure')}
            icon={<Trash2 size={14} />}
            onSure={() => void remove()}
          />
        </div>
      )}
    </>
  );
}

/** The name, to be changed in place. */
function Name({
  name,
  isFixed,
  onRename,
}: {
  name: string;
  isFixed: boolean;
  onRename: (to: string) => Promise<boolean>;
}) {
  const { b } = useBuildingWords();
  const [typed, setTyped] = useState(name);
  if (isFixed) return <h3 className="min-w-0 flex-1 truncate font-medium">{name}</h3>;
  const to = typed.trim();
  const isUsable = isWildcardName(to) && to !== name;
  return (
    <form
      className="flex min-w-0 flex-1 gap-1"
      onSubmit={(event) => {
        event.preventDefault();
        if (isUsable) void onRename(to);
      }}
    >
      <input
        type="text"
        value={typed}
        aria-label={b('name')}
        aria-invalid={to !== name && !isUsable}
        onChange={({ target }) => setTyped(target.value)}
        className={inputClass}
      />
      {typed !== name && (
        <button
          type="submit"
          disabled={!isUsable}
          className="h-control shrink-0 rounded-md border border-edge bg-raised px-3 text-sm enabled:hover:bg-hover disabled:opacity-50"
        >
          {b('wildcards.rename')}
        </button>
      )}
    </form>
  );
}
