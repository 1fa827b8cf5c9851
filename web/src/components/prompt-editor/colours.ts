/** Colours of the prompt language in the editor: a mark for each stretch that the scanner tells apart. */
import { StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';

import { markPrompt, type MarkKind, type PromptMark } from '../../lib/prompt/marks.ts';

const PLAIN = Object.fromEntries(
  (['weight', 'schedule', 'choice', 'wildcard', 'tag', 'tagName', 'joint', 'comment'] satisfies MarkKind[]).map(
    (kind) => [kind, Decoration.mark({ class: `easel-${kind}` })],
  ),
) as Record<Exclude<MarkKind, 'weighted'>, Decoration>;

/** Weights at which the tint is strongest. */
const STRONGEST = 2;
const FAINTEST_TINT = 9;
const STRONGEST_TINT = 38;

/** Share of the tint behind words of a weight, in percent: in proportion to how far from 1 it is. */
export function tintOf(weight: number): number {
  const size = Math.abs(weight);
  const away = weight < 0 || size === 0 ? 1 : Math.min(1, Math.abs(Math.log(size)) / Math.log(STRONGEST));
  return Math.round(FAINTEST_TINT + away * (STRONGEST_TINT - FAINTEST_TINT));
}

function weighted(weight: number): Decoration {
  const way = weight < 0 ? 'against' : weight > 1 ? 'more' : 'less';
  return Decoration.mark({
    class: `easel-weighted easel-${way}`,
    attributes: { style: `--tint: ${tintOf(weight)}%`, 'data-weight': String(Number(weight.toPrecision(3))) },
  });
}

const decorationOf = ({ kind, weight = 1 }: PromptMark): Decoration =>
  kind === 'weighted' ? weighted(weight) : PLAIN[kind];

const colour = (state: EditorState, isNegative: boolean): DecorationSet =>
  Decoration.set(
    markPrompt(state.doc.toString(), isNegative).map((mark) => decorationOf(mark).range(mark.start, mark.end)),
    true,
  );

export function promptColours(isNegative: boolean): Extension {
  return StateField.define<DecorationSet>({
    create: (state) => colour(state, isNegative),
    update: (colours, { docChanged, state }) => (docChanged ? colour(state, isNegative) : colours),
    provide: (field) => EditorView.decorations.from(field),
  });
}
