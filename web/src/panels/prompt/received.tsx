/** What the model received of a prompt: texts over the steps, chunks, every token with its weight, and who reads it. */
import { useState, type ReactNode } from 'react';

import { usePromptDetail } from '../../api/prompt.ts';
import { Sheet } from '../../components/sheet.tsx';
import { usePromptWording } from '../../lib/prompt/use-words.ts';
import { useForm } from '../../state/form.ts';
import { usePromptReader } from '../../state/reader.ts';
import { showReceived, useReceived, type WhichPrompt } from '../../state/received.ts';
import { Choice } from './choice.tsx';
import { PartView } from './part-view.tsx';

import type { PromptAnalysis } from '@easel/shared/http/prompt';

export function Received() {
  const { p } = usePromptWording();
  const which = useReceived((state) => state.which);
  // While it closes it shows what it showed.
  const [shown, setShown] = useState<WhichPrompt>(which ?? 'prompt');
  if (which !== null && which !== shown) setShown(which);
  return (
    <Sheet
      isOpen={which !== null}
      title={p('received.title')}
      closeLabel={p('received.close')}
      onClose={() => showReceived(null)}
    >
      <div className="flex flex-col gap-5 p-4">
        <Choice
          label={p('received.which')}
          options={[
            { id: 'prompt', label: p('received.prompt') },
            { id: 'negativePrompt', label: p('received.negativePrompt') },
          ]}
          chosen={shown}
          onChoose={showReceived}
        />
        <Answer which={shown} />
      </div>
    </Sheet>
  );
}

function Answer({ which }: { which: WhichPrompt }) {
  const { p } = usePromptWording();
  const text = useForm((state) => state.values[which]);
  const { analysis, isFailed } = usePromptDetail(text, usePromptReader(which === 'negativePrompt'));
  if (isFailed) return <p className="text-danger">{p('received.failed')}</p>;
  if (analysis === undefined) return <p className="text-soft">{p('received.loading')}</p>;
  return (
    <>
      <Resolved analysis={analysis} />
      <Embeddings analysis={analysis} />
      {analysis.detail === null ? (
        <p className="text-soft">{p('received.tooLong')}</p>
      ) : (
        <>
          {analysis.detail.parts.map((part, index, { length }) => (
            <PartView key={index} part={part} index={length === 1 ? null : index} detail={analysis.detail as Detail} />
          ))}
          <Encoders detail={analysis.detail} />
        </>
      )}
    </>
  );
}

type Detail = NonNullable<PromptAnalysis['detail']>;

function Section({ title, help, children }: { title: string; help?: string | undefined; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="text-xs font-semibold text-soft">{title}</h3>
      {children}
      {help !== undefined && <p className="text-xs text-faint">{help}</p>}
    </section>
  );
}

function Resolved({ analysis: { resolved } }: { analysis: PromptAnalysis }) {
  const { p } = usePromptWording();
  if (resolved === null) return null;
  return (
    <Section title={p('received.resolved')} help={p('received.resolvedHelp')}>
      <p className="rounded-md bg-sunken px-3 py-2 whitespace-pre-wrap">
        {resolved.trim() === '' ? p('received.empty') : resolved}
      </p>
    </Section>
  );
}

function Embeddings({ analysis: { embeddings } }: { analysis: PromptAnalysis }) {
  const { p } = usePromptWording();
  if (embeddings.length === 0) return null;
  return (
    <Section title={p('received.embeddings')}>
      <ul className="flex flex-col gap-1">
        {embeddings.map(({ name, vectors, skipped }) => (
          <li key={name} className={skipped === null ? undefined : 'text-warn'}>
            {skipped === null
              ? p('received.embedding', { name, count: vectors ?? 1 })
              : p('received.embeddingSkipped', { name })}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Id that both kinds of encoders end a text with. */
const END_MARK = 49_407;

function Encoders({ detail: { encoders } }: { detail: Detail }) {
  const { p } = usePromptWording();
  if (encoders.length === 0) return null;
  return (
    <Section title={p('received.encoders')} help={encoders.length > 1 ? p('received.encodersHelp') : undefined}>
      <ul className="flex flex-col gap-1">
        {encoders.map(({ label, padding, tokens, isAlike }) => (
          <li key={label}>
            <span className="font-medium">{label}</span>
            {' · '}
            {padding === END_MARK ? p('received.paddedWithEnd') : p('received.paddedWith', { id: padding })}
            {!isAlike && <span className="text-warn">{` · ${p('received.unlike', { count: tokens })}`}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
