/** Colours of the prompt language in the editor: a mark for each stretch that the scanner tells apart. */
import { StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';

import { markPrompt, type MarkKind, type PromptMark } from '../../lib/prompt/marks.ts';
import { tintOf, tintWay } from '../../lib/prompt/tint.ts';

const PLAIN = Object.fromEntries(
  (['weight', 'schedule', 'choice', 'wildcard', 'tag', 'tagName', 'joint', 'comment'] satisfies MarkKind[]).map(
    (kind) => [kind, Decoration.mark({ class: `easel-${kind}` })],
  ),
) as Record<Exclude<MarkKind, 'weighted'>, Decoration>;

function weighted(weight: number): Decoration {
  return Decoration.mark({
    class: `easel-weighted easel-${tintWay(weight)}`,
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
