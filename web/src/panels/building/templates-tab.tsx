/** Saved prompts with slots, which become fields to fill in. */
import { fillSlots, slotsOf } from '@easel/shared/prompt/slots';
import { useQuery } from '@tanstack/react-query';
import { NotebookPen, Pencil, Plus } from 'lucide-react';
import { useState } from 'react';

import { deleteTemplate, saveTemplate, templatesQuery } from '../../api/prompts.ts';
import { useCommandContext } from '../../commands/context.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { useForm } from '../../state/form.ts';
import { focusPanel, Hint, Row } from './parts.tsx';
import { useBook } from './use-book.ts';
import { TextEditor, type NamedText } from './text-editor.tsx';

export function TemplatesTab() {
  const { b } = useBuildingWords();
  const { data: templates = [], isPending, isError } = useQuery(templatesQuery);
  const [open, setOpen] = useState<string | null>(null);
  const [edited, setEdited] = useState<{ before: string | null; text: NamedText } | null>(null);

  const done = (): void => {
    setEdited(null);
    focusPanel();
  };
  if (edited !== null) {
    return <TemplateEditor {...edited} onDone={done} />;
  }
  const addNew = (): void => {
    const { prompt, negativePrompt } = useForm.getState().values;
    setEdited({ before: null, text: { name: '', prompt, negativePrompt } });
  };
  return (
    <>
      <Hint>{b('templates.hint')}</Hint>
      <Button icon={<Plus size={15} />} onClick={addNew} className="self-start">
        {b('templates.add')}
      </Button>
      {isError && <p className="text-danger">{b('failed')}</p>}
      {!isPending && !isError && templates.length === 0 && (
        <EmptyState icon={<NotebookPen size={28} />} title={b('templates.empty')} />
      )}
      <ul>
        {templates.map((template) => (
          <Row key={template.name} className="flex-wrap">
            <button
              type="button"
              aria-expanded={open === template.name}
              onClick={() => setOpen(open === template.name ? null : template.name)}
              className="flex min-h-11 min-w-0 flex-1 flex-col justify-center rounded-md px-2 py-1 text-left hover:bg-hover"
            >
              <span className="w-full truncate font-medium">{template.name}</span>
              {open !== template.name && (
                <span className="line-clamp-2 w-full break-words text-xs text-faint">{template.prompt}</span>
              )}
            </button>
            <IconButton
              label={b('edit', { name: template.name })}
              icon={<Pencil size={15} />}
              onClick={() => setEdited({ before: template.name, text: template })}
            />
            {open === template.name && <Filling template={template} />}
          </Row>
        ))}
      </ul>
    </>
  );
}

function Filling({ template }: { template: NamedText }) {
  const { b } = useBuildingWords();
  const { setPrompts } = useBook();
  const [filled, setFilled] = useState<ReadonlyMap<string, string>>(new Map());
  const slots = slotsOf([template.prompt, template.negativePrompt]);
  const prompt = fillSlots(template.prompt, filled, slots);
  const negativePrompt = fillSlots(template.negativePrompt, filled, slots);
  return (
    <form
      className="flex basis-full flex-col gap-2 px-2 pt-1 pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        setPrompts({ prompt, negativePrompt, drawn: null });
      }}
    >
      {slots.length === 0 && <Hint>{b('templates.noSlots')}</Hint>}
      {slots.map(({ name, usual }) => (
        <label key={name} className="grid grid-cols-[minmax(5rem,auto)_1fr] items-center gap-2">
          <span className="truncate text-xs font-medium text-soft">{name}</span>
          <input
            type="text"
            value={filled.get(name) ?? ''}
            placeholder={usual}
            aria-label={b('templates.fill', { name })}
            onChange={({ target }) => setFilled(new Map(filled).set(name, target.value))}
            className="h-control rounded-md border border-edge bg-raised px-2.5 text-field hover:border-faint"
          />
        </label>
      ))}
      <p
        aria-label={b('templates.preview')}
        role="status"
        className="rounded-md bg-hover px-2.5 py-2 text-sm break-words"
      >
        {prompt}
        {negativePrompt !== '' && (
          <span className="block text-xs text-faint">{b('negative', { text: negativePrompt })}</span>
        )}
      </p>
      <button
        type="submit"
        className="inline-flex h-control items-center self-start rounded-md bg-accent px-3 text-sm font-semibold text-on-accent hover:bg-accent-strong"
      >
        {b('use')}
      </button>
    </form>
  );
}

function TemplateEditor(props: { before: string | null; text: NamedText; onDone: () => void }) {
  const { b } = useBuildingWords();
  const { client } = useCommandContext();
  return (
    <TextEditor
      {...props}
      hint={b('templates.hint')}
      promptRows={5}
      save={async (name, body) => saveTemplate(client, name, body)}
      remove={async (name) => deleteTemplate(client, name)}
    />
  );
}
