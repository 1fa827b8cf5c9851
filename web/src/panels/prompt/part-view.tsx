/** One part of a prompt as the network is told it: its texts over the steps, and the tokens of the chosen one. */
import { clsx } from 'clsx';
import { useState } from 'react';

import { TINTS, tintOf, tintWay } from '../../lib/prompt/tint.ts';
import { toldSteps, type ToldSteps } from '../../lib/prompt/told-steps.ts';
import { usePromptWording } from '../../lib/prompt/use-words.ts';

import type { PromptAnalysis } from '@easel/shared/http/prompt';

type Detail = NonNullable<PromptAnalysis['detail']>;
type Text = Detail['texts'][number];
type Chunk = Text['chunks'][number];
type Token = Chunk['tokens'][number];

interface PartViewProps {
  part: Detail['parts'][number];
  /** Counted from 0; null where it is the only one. */
  index: number | null;
  detail: Detail;
}

export function PartView({ part, index, detail }: PartViewProps) {
  const { p } = usePromptWording();
  const { evaluations, evaluationsPerStep } = detail;
  const told = toldSteps(part.timeline, evaluations);
  const [chosen, setChosen] = useState(0);
  const now = told[Math.min(chosen, told.length - 1)];
  const text = detail.texts[now?.text ?? 0];
  return (
    <section className="flex flex-col gap-3">
      {index !== null && (
        <h3 className="flex items-baseline gap-2 border-t border-line pt-3 font-semibold">
          {p('received.part', { index: index + 1 })}
          <span className="numerals text-xs font-normal text-soft">
            {p('received.partWeight', { weight: printed(part.weight) })}
          </span>
        </h3>
      )}
      {told.length > 1 && (
        <Timeline
          told={told}
          evaluations={evaluations}
          help={
            evaluationsPerStep > 1
              ? p('received.evaluationsHelp', { times: evaluationsPerStep, count: evaluations })
              : p('received.timelineHelp', { count: evaluations })
          }
          chosen={Math.min(chosen, told.length - 1)}
          onChoose={setChosen}
        />
      )}
      {text && <TextView text={text} />}
    </section>
  );
}

interface TimelineProps {
  told: readonly ToldSteps[];
  evaluations: number;
  help: string;
  chosen: number;
  onChoose: (index: number) => void;
}

/** Stretches as wide as they last; each leads to its text. */
function Timeline({ told, evaluations, help, chosen, onChoose }: TimelineProps) {
  const { p } = usePromptWording();
  return (
    <div className="flex flex-col gap-1">
      <div role="group" aria-label={p('received.timeline')} className="flex overflow-x-auto rounded-md bg-sunken p-0.5">
        {told.map(({ from, to }, index) => (
          <button
            key={from}
            type="button"
            aria-pressed={index === chosen}
            onClick={() => onChoose(index)}
            style={{ flexGrow: (to - from + 1) / evaluations }}
            className={clsx(
              'numerals h-7 min-w-7 basis-0 truncate rounded-sm border-r border-line px-1 text-2xs last:border-r-0 phone:h-11 phone:min-w-11',
              index === chosen ? 'bg-accent-wash font-semibold text-accent-ink' : 'text-soft hover:bg-hover',
            )}
          >
            <span className="sr-only">{`${p('received.steps', { count: to - from + 1 })} `}</span>
            {from === to ? from : `${from}–${to}`}
          </button>
        ))}
      </div>
      <p className="text-xs text-faint">{help}</p>
    </div>
  );
}

function TextView({ text: { text, chunks } }: { text: Text }) {
  const { p } = usePromptWording();
  if (chunks.length === 0) return <p className="rounded-md bg-sunken px-3 py-2 whitespace-pre-wrap">{text}</p>;
  return (
    <ol className="flex flex-col gap-3">
      {chunks.map((chunk, index) => (
        <li key={index} className="flex flex-col gap-1">
          <p className="flex flex-wrap items-baseline gap-x-2 text-xs">
            <span className="font-semibold text-soft">{p('received.chunk', { index: index + 1 })}</span>
            <span className="numerals text-faint">{p('received.chunkFill', { tokens: chunk.tokens.length })}</span>
            {chunk.moved > 0 && <span className="text-soft">{p('received.moved', { count: chunk.moved })}</span>}
          </p>
          <Tokens chunk={chunk} />
        </li>
      ))}
    </ol>
  );
}

function Tokens({ chunk: { tokens, moved } }: { chunk: Chunk }) {
  const { p } = usePromptWording();
  if (tokens.length === 0) return <p className="text-faint">{p('received.empty')}</p>;
  return (
    <p className="flex flex-wrap gap-1">
      {tokens.map((token, index) => (
        <TokenView key={index} token={token} isMoved={index < moved} />
      ))}
    </p>
  );
}

function TokenView({ token: { id, text, weight }, isMoved }: { token: Token; isMoved: boolean }) {
  const { p } = usePromptWording();
  const said = [
    p('received.token', { id }),
    ...(weight === 1 ? [] : [p('received.weight', { weight: printed(weight) })]),
    ...(isMoved ? [p('received.movedMark')] : []),
  ];
  const tint = `color-mix(in oklab, ${TINTS[tintWay(weight)]} ${tintOf(weight)}%, transparent)`;
  return (
    <span
      title={said.join(' · ')}
      data-weight={weight}
      className={clsx(
        'inline-flex items-baseline gap-1 rounded-sm border px-1.5',
        isMoved ? 'border-dashed border-faint' : 'border-line',
      )}
      style={weight === 1 ? undefined : { background: tint }}
    >
      {text === '' ? `#${id}` : text}
      {weight !== 1 && <span className="numerals text-2xs font-semibold">{printed(weight)}</span>}
      {isMoved && <span className="sr-only">{p('received.movedMark')}</span>}
    </span>
  );
}

/** At most three decimals, none that say nothing. */
const printed = (weight: number): string => String(Number(weight.toFixed(3)));
