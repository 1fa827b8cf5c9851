/** Keys of the prompt editor: weights, items, earlier prompts, undo. Ctrl+Enter and its like belong to the page. */
import { history, insertNewline, isolateHistory, redo, standardKeymap, undo } from '@codemirror/commands';
import type { Extension } from '@codemirror/state';
import { keymap, type Command, type EditorView } from '@codemirror/view';

import { editWeight, type Selected } from '../../lib/edit-weight.ts';
import { changeBetween } from '../../lib/prompt/change.ts';
import { moveItem } from '../../lib/prompt/move-item.ts';

/** Has text and selection edited, as one step of undo. The key is taken even where nothing changes. */
function edit(change: (selected: Selected) => Selected): Command {
  return (view) => {
    const { state } = view;
    const { from, to } = state.selection.main;
    const before = { text: state.doc.toString(), start: from, end: to };
    const after = change(before);
    view.dispatch({
      ...(after.text === before.text ? {} : { changes: changeBetween(before.text, after.text) }),
      selection: { anchor: after.start, head: after.end },
      annotations: isolateHistory.of('full'),
      userEvent: 'input.edit',
      scrollIntoView: true,
    });
    return true;
  };
}

export const heavier = edit((selected) => editWeight(selected, 1));
export const lighter = edit((selected) => editWeight(selected, -1));
export const moveLeft = edit((selected) => moveItem(selected, -1));
export const moveRight = edit((selected) => moveItem(selected, 1));

/** @param recall shows the prompt before (-1) or after (1) the one that is shown; false where that is not known */
export function promptKeys(recall: (direction: 1 | -1) => boolean): Extension {
  const recalled =
    (direction: 1 | -1) =>
    (_view: EditorView): boolean =>
      recall(direction);
  return [
    history(),
    keymap.of([
      { key: 'Mod-ArrowUp', run: heavier },
      { key: 'Mod-ArrowDown', run: lighter },
      { mac: 'Ctrl-ArrowUp', run: heavier },
      { mac: 'Ctrl-ArrowDown', run: lighter },
      { key: 'Alt-ArrowLeft', run: moveLeft },
      { key: 'Alt-ArrowRight', run: moveRight },
      { key: 'Alt-ArrowUp', run: recalled(-1) },
      { key: 'Alt-ArrowDown', run: recalled(1) },
      { key: 'Mod-z', run: undo, preventDefault: true },
      { key: 'Mod-Shift-z', run: redo, preventDefault: true },
      { key: 'Mod-y', run: redo, preventDefault: true },
      { key: 'Enter', run: insertNewline },
      ...standardKeymap,
    ]),
  ];
}
