/**
 * What is odd in the prompt, underlined where it stands. Pointing at it, or F8, says what it is; Ctrl+. mends it. The list
 * below the editor says the same to those who neither point nor see.
 */
import { StateEffect, StateField, type EditorState, type Extension, type Transaction } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  type Command,
  type DecorationSet,
  type Tooltip,
} from '@codemirror/view';
import { isolateHistory } from '@codemirror/commands';

import type { PromptProblemView } from '@easel/shared/http/prompt';

export interface ProblemWords {
  readonly alone: (problem: PromptProblemView) => string;
  readonly fix: (problem: PromptProblemView) => string;
  /** How the keys are called that mend it. */
  readonly keys: string;
}

interface PlacedProblem {
  readonly problem: PromptProblemView;
  readonly from: number;
  readonly to: number;
}

export const setProblems = StateEffect.define<readonly PromptProblemView[]>();
/** Says the problem at its place; null = no more. */
const tellProblem = StateEffect.define<PlacedProblem | null>();

const underlines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (problems, transaction) => {
    let next = transaction.docChanged ? untouched(problems, transaction).map(transaction.changes) : problems;
    for (const effect of transaction.effects) {
      if (!effect.is(setProblems)) continue;
      const marks = effect.value
        .filter(({ span }) => span.start < span.end && span.end <= transaction.newDoc.length)
        .map((problem) =>
          Decoration.mark({ class: 'easel-problem', problem }).range(problem.span.start, problem.span.end),
        );
      next = Decoration.set(marks, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Where somebody writes, the problem is being dealt with. */
function untouched(problems: DecorationSet, { changes }: Transaction): DecorationSet {
  return problems.update({
    filter: (from, to) => {
      let isTouched = false;
      changes.iterChangedRanges((start, end) => {
        if (start < to && end > from) isTouched = true;
      });
      return !isTouched;
    },
  });
}

/** In the order of their places. */
function problemsOf(state: EditorState, from = 0, to = state.doc.length): PlacedProblem[] {
  const found: PlacedProblem[] = [];
  state.field(underlines).between(from, to, (start, end, { spec }) => {
    found.push({ problem: (spec as { problem: PromptProblemView }).problem, from: start, to: end });
  });
  return found;
}

function mend(view: EditorView, { problem, from }: PlacedProblem): boolean {
  const { fix, span } = problem;
  if (fix === null) return false;
  // It may have moved since it was found.
  const moved = from - span.start;
  view.dispatch({
    changes: { from: fix.span.start + moved, to: fix.span.end + moved, insert: fix.text },
    effects: tellProblem.of(null),
    annotations: isolateHistory.of('full'),
    userEvent: 'input.mend',
    scrollIntoView: true,
  });
  view.focus();
  return true;
}

const mendAtCaret: Command = (view) => {
  const { from, to } = view.state.selection.main;
  const [first] = problemsOf(view.state, from, to).filter(({ problem }) => problem.fix !== null);
  return first !== undefined && mend(view, first);
};

/** Leads to the next, or the one before, and begins anew behind the last. */
function leadTo(direction: 1 | -1, words: () => ProblemWords): Command {
  return (view) => {
    const all = problemsOf(view.state);
    const { head } = view.state.selection.main;
    const next =
      direction === 1
        ? (all.find(({ from }) => from > head) ?? all[0])
        : (all.findLast(({ from }) => from < head) ?? all.at(-1));
    if (next === undefined) return false;
    view.dispatch({
      selection: { anchor: next.from },
      effects: [tellProblem.of(next), EditorView.announce.of(words().alone(next.problem))],
      scrollIntoView: true,
    });
    return true;
  };
}

/** @param isLed it came by key, so Escape closes it */
function tooltipOf(placed: PlacedProblem, words: () => ProblemWords, isLed: boolean): Tooltip {
  return {
    pos: placed.from,
    end: placed.to,
    above: true,
    create: (view) => {
      const { alone, fix, keys } = words();
      const dom = document.createElement('div');
      dom.className = 'easel-tip';
      if (isLed) dom.dataset['popup'] = '';
      const said = document.createElement('span');
      said.textContent = alone(placed.problem);
      dom.append(said);
      if (placed.problem.fix !== null) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = fix(placed.problem);
        button.title = keys;
        // The caret stays where it is until the text has changed.
        button.addEventListener('mousedown', (event) => event.preventDefault());
        button.addEventListener('click', () => mend(view, placed));
        dom.append(button);
      }
      return { dom };
    },
  };
}

export function promptProblems(words: () => ProblemWords): Extension {
  const told = StateField.define<Tooltip | null>({
    create: () => null,
    update: (tooltip, { effects, docChanged, selection }) => {
      const effect = effects.find((each) => each.is(tellProblem));
      if (effect !== undefined) return effect.value === null ? null : tooltipOf(effect.value, words, true);
      return docChanged || selection !== undefined ? null : tooltip;
    },
    provide: (field) => showTooltip.from(field),
  });
  const quiet: Command = (view) => {
    if (view.state.field(told) === null) return false;
    view.dispatch({ effects: tellProblem.of(null) });
    return true;
  };
  return [
    underlines,
    told,
    hoverTooltip((view, at) => {
      const [placed] = problemsOf(view.state, at, at);
      return placed === undefined ? null : tooltipOf(placed, words, false);
    }),
    keymap.of([
      { key: 'Mod-.', run: mendAtCaret },
      { key: 'F8', run: leadTo(1, words), shift: leadTo(-1, words), preventDefault: true },
      { key: 'Escape', run: quiet },
    ]),
  ];
}
