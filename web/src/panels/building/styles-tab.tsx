/** Styles: put on and taken off, made, changed, and exchanged with the WebUI as styles.csv. */
import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Check, Download, Palette, Pencil, Plus, Upload } from 'lucide-react';
import { useRef, useState } from 'react';

import { deleteStyle, importStyles, saveStyle, STYLES_CSV_URL, stylesQuery } from '../../api/styles.ts';
import { useCommandContext } from '../../commands/context.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { toast } from '../../lib/toast.ts';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { useForm } from '../../state/form.ts';
import { focusPanel, Hint, Row, Trouble } from './parts.tsx';
import { TextEditor, type NamedText } from './text-editor.tsx';
import { useWork } from './use-work.ts';

import type { StyleView } from '@easel/shared/http/styles';

export function StylesTab() {
  const { b } = useBuildingWords();
  const { client } = useCommandContext();
  const work = useWork();
  const file = useRef<HTMLInputElement>(null);
  const { data: styles = [], isPending, isError } = useQuery(stylesQuery);
  const [edited, setEdited] = useState<{ before: string | null; text: NamedText } | null>(null);
  const done = (): void => {
    setEdited(null);
    focusPanel();
  };
  if (edited !== null) return <StyleEditor {...edited} onDone={done} />;

  const takeIn = async (chosen: File): Promise<void> => {
    await work.run(async () =>
      toast.success(b('styles.imported', { ...(await importStyles(client, await chosen.text())) })),
    );
  };
  return (
    <>
      <Hint>{b('styles.hint')}</Hint>
      <div className="flex flex-wrap gap-1">
        <Button
          icon={<Plus size={15} />}
          onClick={() => setEdited({ before: null, text: { name: '', prompt: '', negativePrompt: '' } })}
        >
          {b('styles.add')}
        </Button>
        <Button look="quiet" icon={<Upload size={15} />} onClick={() => file.current?.click()}>
          {b('styles.import')}
        </Button>
        <a
          href={STYLES_CSV_URL}
          download="styles.csv"
          className="inline-flex h-control items-center gap-1.5 rounded-md px-3 text-sm text-soft hover:bg-hover hover:text-ink"
        >
          <Download size={15} aria-hidden />
          {b('styles.export')}
        </a>
        <input
          ref={file}
          type="file"
          accept=".csv,text/csv"
          tabIndex={-1}
          aria-label={b('styles.import')}
          className="sr-only"
          onChange={({ target }) => {
            const [chosen] = target.files ?? [];
            if (chosen !== undefined) void takeIn(chosen);
            target.value = '';
          }}
        />
      </div>
      <Trouble work={work} />
      {isError && <p className="text-danger">{b('failed')}</p>}
      {!isPending && !isError && styles.length === 0 && (
        <EmptyState icon={<Palette size={28} />} title={b('styles.empty')} />
      )}
      <ul>
        {styles.map((style) => (
          <StyleRow key={style.name} style={style} onEdit={() => setEdited({ before: style.name, text: style })} />
        ))}
      </ul>
    </>
  );
}

function StyleRow({ style, onEdit }: { style: StyleView; onEdit: () => void }) {
  const { b } = useBuildingWords();
  const { name, prompt, negativePrompt, isOwn } = style;
  const isWorn = useForm((state) => state.values.styles.includes(name));
  const update = useForm((state) => state.update);
  const toggle = (): void =>
    update((values) => ({
      ...values,
      styles: isWorn ? values.styles.filter((each) => each !== name) : [...values.styles, name],
    }));
  return (
    <Row>
      <button
        type="button"
        aria-pressed={isWorn}
        onClick={toggle}
        className="flex min-h-11 min-w-0 flex-1 items-start gap-2 rounded-md px-2 py-1 text-left hover:bg-hover"
      >
        <span
          aria-hidden
          className={clsx(
            'mt-0.5 inline-flex size-4 shrink-0 items-center justify-center rounded-sm border',
            isWorn ? 'border-accent bg-accent text-on-accent' : 'border-edge',
          )}
        >
          {isWorn && <Check size={12} />}
        </span>
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium">{name}</span>
          <span className="line-clamp-2 text-xs break-words text-faint">{prompt}</span>
          {negativePrompt !== '' && (
            <span className="line-clamp-1 text-xs break-words text-faint">
              {b('negative', { text: negativePrompt })}
            </span>
          )}
          {!isOwn && <span className="text-2xs text-faint">{b('styles.foreign')}</span>}
        </span>
      </button>
      {isOwn && <IconButton label={b('edit', { name })} icon={<Pencil size={15} />} onClick={onEdit} />}
    </Row>
  );
}

function StyleEditor(props: { before: string | null; text: NamedText; onDone: () => void }) {
  const { b } = useBuildingWords();
  const { client } = useCommandContext();
  const update = useForm((state) => state.update);
  /** On the prompt it goes on under its new name, or not at all. */
  const follow = (to: string | null): void =>
    update((values) => ({
      ...values,
      styles: values.styles.flatMap((each) => (each !== props.before ? [each] : to === null ? [] : [to])),
    }));
  return (
    <TextEditor
      {...props}
      hint={b('styles.hint')}
      promptRows={4}
      save={async (name, body) => saveStyle(client, name, body)}
      remove={async (name) => deleteStyle(client, name)}
      onChanged={follow}
    />
  );
}
