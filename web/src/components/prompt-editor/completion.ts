/** Completion in the editor: the list that appears while words are typed. What is in it is `lib/prompt/complete.ts`. */
import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  moveCompletionSelection,
  pickedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { isolateHistory } from '@codemirror/commands';
import { Prec, type Extension } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';

import { completePrompt, type PromptCompletion, type PromptWords } from '../../lib/prompt/complete.ts';

interface Offered extends Completion {
  readonly option: PromptCompletion;
}

export interface CompletionSource {
  readonly isNegative: boolean;
  /** What can be named, fetched when it is first needed. */
  readonly words: () => Promise<PromptWords>;
  /** What kind of thing it is, in few words. */
  readonly note: (option: PromptCompletion) => string;
}

export function promptCompletion({ isNegative, words, note }: CompletionSource): Extension {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const known = await words();
    if (context.aborted) return null;
    const { doc } = context.state;
    const found = completePrompt(doc.toString(), context.pos, known, { isNegative, isAsked: context.explicit });
    if (found === null) return null;
    const options = found.options.map((option): Offered => ({
      label: option.label,
      option,
      // Each its own: two of one name and one function would be taken for one.
      apply: (view) => accept(view, option),
    }));
    return { from: found.from, options, filter: false };
  };
  return [
    autocompletion({
      override: [source],
      icons: false,
      // The prompt stands at the foot of the page; below it are its problems and Generate.
      aboveCursor: !isNegative,
      defaultKeymap: false,
      tooltipClass: () => 'easel-completion',
      optionClass: (completion) => ((completion as Offered).option.isUnfit === true ? 'easel-unfit' : ''),
      addToOptions: [
        {
          position: 90,
          render: (completion) => {
            const small = document.createElement('span');
            small.className = 'easel-note';
            small.textContent = note((completion as Offered).option);
            return small;
          },
        },
      ],
    }),
    // Ctrl+Enter and all other combinations go their own way.
    Prec.highest(
      keymap.of([
        { key: 'ArrowDown', run: moveCompletionSelection(true) },
        { key: 'ArrowUp', run: moveCompletionSelection(false) },
        { key: 'PageDown', run: moveCompletionSelection(true, 'page') },
        { key: 'PageUp', run: moveCompletionSelection(false, 'page') },
        { key: 'Enter', run: acceptCompletion },
        { key: 'Tab', run: acceptCompletion },
        { key: 'Escape', run: closeCompletion },
        { key: 'Ctrl-Space', run: startCompletion },
      ]),
    ),
  ];
}

function accept(view: EditorView, { label, replaces, text }: PromptCompletion): void {
  view.dispatch({
    changes: { from: replaces.start, to: replaces.end, insert: text },
    selection: { anchor: replaces.start + text.length },
    annotations: [pickedCompletion.of({ label }), isolateHistory.of('full')],
    userEvent: 'input.complete',
    scrollIntoView: true,
  });
}
