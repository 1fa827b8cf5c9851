/** Trigger words and notes: a person's own, and what other programs left beside the file. */
import { MODEL_NOTES_LIMIT } from '@easel/shared/http/model-details';
import { Plus, X } from 'lucide-react';
import { useEffect, useState } from 'react';

import { GrowingText } from '../../components/growing-text.tsx';
import { printNumber } from '../../lib/numbers.ts';
import { toast } from '../../lib/toast.ts';
import { useForm } from '../../state/form.ts';
import { Section } from './section.tsx';
import { useChange } from './use-change.ts';
import { useWords } from './use-words.ts';

import type { ModelDetail } from '@easel/shared/http/model-details';

const chipClass =
  'inline-flex min-h-7 max-w-full items-center rounded-full bg-hover pr-1 pl-2.5 text-xs phone:min-h-11';
const chipButtonClass =
  'inline-flex size-6 shrink-0 items-center justify-center rounded-full text-faint hover:bg-press hover:text-ink phone:size-11';

export function TriggerWords({ model }: { model: ModelDetail }) {
  const { m } = useWords();
  const { change } = useChange(model.id);
  const [draft, setDraft] = useState('');
  const { triggerWords } = model;
  const stated = [...model.beside.triggerWords, ...(model.network?.triggerWords ?? [])];
  const beside = [...new Set(stated)].filter((word) => !triggerWords.includes(word));
  const add = (): void => {
    const word = draft.trim();
    if (word === '' || triggerWords.includes(word)) return;
    setDraft('');
    void change({ triggerWords: [...triggerWords, word] });
  };
  return (
    <Section title={m('words.title')}>
      {triggerWords.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {triggerWords.map((word) => (
            <li key={word} className={chipClass}>
              <Word word={word} />
              <button
                type="button"
                aria-label={m('words.remove', { word })}
                onClick={() => void change({ triggerWords: triggerWords.filter((each) => each !== word) })}
                className={chipButtonClass}
              >
                <X size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        type="text"
        value={draft}
        maxLength={500}
        aria-label={m('words.add')}
        placeholder={m('words.placeholder')}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) add();
        }}
        onBlur={add}
        className="h-control rounded-md border border-edge bg-raised px-2.5 text-field hover:border-faint"
      />
      {beside.length > 0 && (
        <div>
          <p className="mb-1 text-xs text-faint">{m('words.beside')}</p>
          <ul className="flex flex-wrap gap-1.5">
            {beside.map((word) => (
              <li key={word} className={chipClass}>
                <Word word={word} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  );
}

/** The word itself goes into the prompt when it is pressed. */
function Word({ word }: { word: string }) {
  const { m } = useWords();
  const update = useForm((state) => state.update);
  const insert = (): void => {
    update((values) => {
      const prompt = values.prompt.trimEnd();
      return { ...values, prompt: prompt === '' ? word : `${prompt.replace(/,$/, '')}, ${word}` };
    });
    toast.success(m('words.inserted'), { description: word });
  };
  return (
    <button
      type="button"
      aria-label={m('words.insert', { word })}
      onClick={insert}
      className="inline-flex min-h-7 min-w-0 items-center gap-1 hover:text-accent-ink phone:min-h-11"
    >
      <Plus size={12} aria-hidden className="shrink-0 text-faint" />
      <span className="truncate">{word}</span>
    </button>
  );
}

const SAVE_REST_MS = 800;

export function Notes({ model }: { model: ModelDetail }) {
  const { m, language } = useWords();
  const { change } = useChange(model.id);
  // What is typed and not yet kept; null = what is kept.
  const [draft, setDraft] = useState<string | null>(null);
  const [isSaved, setIsSaved] = useState(false);
  const { description, notes, baseModel, preferredWeight } = model.beside;

  const save = async (): Promise<void> => {
    if (draft === null || draft === model.notes) return;
    if (await change({ notes: draft })) {
      // Typed on meanwhile?
      setDraft((now) => (now === draft ? null : now));
      setIsSaved(true);
    }
  };
  useEffect(() => {
    if (draft === null) return undefined;
    const timer = setTimeout(() => void save(), SAVE_REST_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- what is saved is what was typed last
  }, [draft]);

  const facts = [
    baseModel === null ? null : m('notes.baseModel', { name: baseModel }),
    preferredWeight === null ? null : m('notes.weight', { value: printNumber(preferredWeight, language) }),
  ].filter((fact) => fact !== null);
  return (
    <Section
      title={m('notes.title')}
      aside={
        <span role="status" className="text-xs text-faint">
          {isSaved && draft === null && m('notes.saved')}
        </span>
      }
    >
      <GrowingText
        value={draft ?? model.notes}
        minimumLines={3}
        maximumHeight="20rem"
        maxLength={MODEL_NOTES_LIMIT}
        aria-label={m('notes.title')}
        placeholder={m('notes.placeholder')}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => void save()}
        className="rounded-md border border-edge bg-raised px-2.5 py-1.5 hover:border-faint"
      />
      {facts.length > 0 && <p className="text-xs text-soft">{facts.join(' · ')}</p>}
      <Beside title={m('notes.description')} text={description} />
      <Beside title={m('notes.notes')} text={notes} />
    </Section>
  );
}

function Beside({ title, text }: { title: string; text: string | null }) {
  if (text === null) return null;
  return (
    <details className="text-xs">
      <summary className="py-1 text-faint hover:text-ink phone:py-3">{title}</summary>
      <p className="max-h-60 overflow-y-auto rounded-md bg-sunken p-2.5 break-words whitespace-pre-wrap text-soft">
        {text}
      </p>
    </details>
  );
}
