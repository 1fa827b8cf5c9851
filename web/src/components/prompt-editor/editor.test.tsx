import { cleanup, screen, waitFor } from '@testing-library/react';
import { EditorView, runScopeHandlers } from '@codemirror/view';
import { useState } from 'react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { NO_WORDS } from '../../lib/prompt/complete.ts';
import { NOTHING_READ, type PromptReading } from '../../lib/prompt/reading.ts';
import { PromptText } from '../prompt-text.tsx';
import { tintOf } from '../../lib/prompt/tint.ts';

let written = '';
let recalled: number[] = [];

function Field({ text, reading = NOTHING_READ }: { text: string; reading?: PromptReading }) {
  const [value, setValue] = useState(text);
  return (
    <>
      <PromptText
        id="prompt"
        value={value}
        onChange={(typed) => {
          written = typed;
          setValue(typed);
        }}
        reading={reading}
        words={async () => NO_WORDS}
        onRecall={(direction) => recalled.push(direction) > 0}
        ariaLabel="Prompt"
        minimumLines={2}
        maximumHeight="10rem"
        padding="1px 2px"
      />
      <button type="button" onClick={() => setValue('from elsewhere')} aria-label="fill" />
    </>
  );
}

/** The editor, once it has taken the text area's place. */
async function open(text: string, reading?: PromptReading): Promise<EditorView> {
  await renderPart(<Field text={text} {...(reading === undefined ? {} : { reading })} />);
  const field = await waitFor(() => {
    const found = document.querySelector<HTMLElement>('#prompt[contenteditable]');
    if (found === null) throw new Error('the editor has not come');
    return found;
  });
  const view = EditorView.findFromDOM(field);
  if (view === null) throw new Error('no editor');
  return view;
}

const press = (view: EditorView, key: string, modifiers: KeyboardEventInit = {}): boolean =>
  runScopeHandlers(view, new KeyboardEvent('keydown', { key, ...modifiers }), 'editor');
const select = (view: EditorView, anchor: number, head = anchor): void =>
  view.dispatch({ selection: { anchor, head } });
const selected = (view: EditorView): string =>
  view.state.sliceDoc(view.state.selection.main.from, view.state.selection.main.to);

// Fetched once before the tests, so that the first of them does not wait for it.
beforeAll(() => import('./editor.tsx'));
afterEach(() => {
  cleanup();
  recalled = [];
});

describe('the prompt editor', () => {
  it('takes the text over and is a labelled text box', async () => {
    const view = await open('a cat');
    expect(view.state.doc.toString()).toBe('a cat');
    expect(screen.getByRole('textbox', { name: 'Prompt' })).toBe(view.contentDOM);
  });

  it('tells the form what is written, and takes what the form was filled with as one step of undo', async () => {
    const view = await open('a cat');
    view.dispatch({ changes: { from: 5, insert: ', sun' }, userEvent: 'input.type' });
    await waitFor(() => expect(written).toBe('a cat, sun'));
    screen.getByRole('button', { name: 'fill' }).click();
    await waitFor(() => expect(view.state.doc.toString()).toBe('from elsewhere'));
    press(view, 'z', { ctrlKey: true });
    await waitFor(() => expect(written).toBe('a cat, sun'));
  });

  it('steps weights with Ctrl and the arrows, each step undone for itself', async () => {
    const view = await open('a red fox');
    select(view, 3);
    press(view, 'ArrowUp', { ctrlKey: true });
    press(view, 'ArrowUp', { ctrlKey: true });
    expect(view.state.doc.toString()).toBe('a (red:1.2) fox');
    expect(selected(view)).toBe('red');
    press(view, 'z', { ctrlKey: true });
    expect(view.state.doc.toString()).toBe('a (red:1.1) fox');
    press(view, 'y', { ctrlKey: true });
    press(view, 'ArrowDown', { ctrlKey: true });
    press(view, 'ArrowDown', { ctrlKey: true });
    expect(view.state.doc.toString()).toBe('a red fox');
    await waitFor(() => expect(written).toBe('a red fox'));
  });

  it('moves items with Alt and the arrows, and takes the key even at the edge', async () => {
    const view = await open('red, (a, b:1.2)');
    select(view, 1);
    expect(press(view, 'ArrowRight', { altKey: true })).toBe(true);
    expect(view.state.doc.toString()).toBe('(a, b:1.2), red');
    expect(press(view, 'ArrowRight', { altKey: true })).toBe(true);
    press(view, 'z', { ctrlKey: true });
    expect(view.state.doc.toString()).toBe('red, (a, b:1.2)');
  });

  it('asks for earlier and later prompts with Alt and the arrows up and down', async () => {
    const view = await open('a');
    press(view, 'ArrowUp', { altKey: true });
    press(view, 'ArrowDown', { altKey: true });
    expect(recalled).toEqual([-1, 1]);
  });

  it('leaves Ctrl+Enter to the page', async () => {
    const view = await open('a');
    expect(press(view, 'Enter', { ctrlKey: true })).toBe(false);
    expect(view.state.doc.toString()).toBe('a');
  });

  it('colours what the scanner tells apart, and shows how heavy words are', async () => {
    const view = await open('a (red:1.4) [x:y:0.5] <lora:z:1> BREAK __w__ # note');
    const texts = (kind: string): (string | null)[] =>
      [...view.contentDOM.querySelectorAll(`.easel-${kind}`)].map(({ textContent }) => textContent);
    expect(texts('more')).toEqual(['red']);
    expect(texts('schedule')).toEqual(['[', ':', ':0.5]']);
    expect(texts('tagName')).toEqual(['z']);
    expect(texts('joint')).toEqual(['BREAK']);
    expect(texts('wildcard')).toEqual(['__w__']);
    expect(texts('comment')).toEqual(['# note']);
    expect(tintOf(1.4)).toBeGreaterThan(tintOf(1.1));
    expect(tintOf(0.5)).toBe(tintOf(2));
  });

  it('draws where chunks end and underlines what is odd, and mends that by key', async () => {
    const text = 'a (cat';
    const view = await open(text, {
      text,
      isAnswered: true,
      problems: [
        { kind: 'bracket_not_closed', span: { start: 2, end: 3 }, fix: { span: { start: 2, end: 3 }, text: '\\(' } },
      ],
      chunkEnds: [1],
      embeddings: ['cat'],
    });
    await waitFor(() => expect(view.contentDOM.querySelector('.easel-problem')?.textContent).toBe('('));
    expect(view.contentDOM.querySelectorAll('.easel-chunk-end')).toHaveLength(1);
    expect(view.contentDOM.querySelector('.easel-embedding')?.textContent).toBe('cat');
    // What is written before it moves it, and its fix with it.
    view.dispatch({ changes: { from: 0, insert: 'oh ' } });
    press(view, 'F8');
    expect(document.querySelector('.easel-tip')?.textContent).toContain('never closes');
    press(view, '.', { ctrlKey: true });
    expect(view.state.doc.toString()).toBe('oh a \\(cat');
    expect(view.contentDOM.querySelector('.easel-problem')).toBeNull();
  });
});
