/** A prompt and a negative prompt under a name, to be written, renamed and deleted: what styles and templates have in common. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../../components/button.tsx';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { SureButton, TextInput, Trouble } from './parts.tsx';
import { useWork } from './use-work.ts';

export interface NamedText {
  readonly name: string;
  readonly prompt: string;
  readonly negativePrompt: string;
}

/** What the server is sent; with a name where it gets another one. */
type Body = Pick<NamedText, 'prompt' | 'negativePrompt'> & { name?: string };

interface TextEditorProps {
  /** The name it has; null = it is new. */
  before: string | null;
  text: NamedText;
  /** Below the prompt. */
  hint: string;
  promptRows: number;
  save: (name: string, body: Body) => Promise<unknown>;
  remove: (name: string) => Promise<unknown>;
  /** @param name the one it has now; null = it is gone. Not called where nothing was changed. */
  onChanged?: (name: string | null) => void;
  onDone: () => void;
}

export function TextEditor({ before, text, hint, promptRows, save, remove, onChanged, onDone }: TextEditorProps) {
  const { b } = useBuildingWords();
  const work = useWork();
  const [draft, setDraft] = useState(text);
  const name = draft.name.trim();
  const isRenamed = before !== null && before !== name;
  const keep = async (): Promise<void> => {
    const { prompt, negativePrompt } = draft;
    const body = { prompt, negativePrompt, ...(isRenamed && { name }) };
    if (!(await work.run(() => save(before ?? name, body)))) return;
    if (isRenamed) onChanged?.(name);
    onDone();
  };
  const drop = async (): Promise<void> => {
    if (before === null || !(await work.run(() => remove(before)))) return;
    onChanged?.(null);
    onDone();
  };
  return (
    <>
      <Trouble work={work} />
      <TextInput
        isFirst
        label={b('name')}
        value={draft.name}
        onChange={(value) => setDraft({ ...draft, name: value })}
        {...(name === '' && { hint: b('nameHint') })}
      />
      <TextInput
        label={b('prompt')}
        value={draft.prompt}
        rows={promptRows}
        hint={hint}
        onChange={(prompt) => setDraft({ ...draft, prompt })}
      />
      <TextInput
        label={b('negativePrompt')}
        value={draft.negativePrompt}
        rows={2}
        onChange={(negativePrompt) => setDraft({ ...draft, negativePrompt })}
      />
      <div className="flex flex-wrap gap-1">
        <Button look="primary" disabled={name === '' || work.isBusy} onClick={() => void keep()}>
          {b(work.isBusy ? 'saving' : 'save')}
        </Button>
        <Button look="quiet" onClick={onDone}>
          {b('cancel')}
        </Button>
        <span className="flex-1" />
        {before !== null && (
          <SureButton
            label={b('delete', { name: before })}
            sure={b('deleteSure')}
            icon={<Trash2 size={14} />}
            onSure={() => void drop()}
          />
        )}
      </div>
    </>
  );
}
