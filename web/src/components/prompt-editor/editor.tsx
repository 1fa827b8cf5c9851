/**
 * The prompt editor: a text field that shows what the prompt's signs mean, completes words and underlines what is odd. It
 * takes the place of the plain text area once its code is there.
 */
import { Annotation, Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, placeholder as placeholderOf, repositionTooltips } from '@codemirror/view';
import { isolateHistory } from '@codemirror/commands';
import { clsx } from 'clsx';
import { useEffect, useLayoutEffect, useRef, type CSSProperties, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';

import { changeBetween } from '../../lib/prompt/change.ts';
import { usePromptWording } from '../../lib/prompt/use-words.ts';
import { problemWords } from '../problem-words.ts';
import { chunkEnds, setChunkEnds } from './chunk-ends.ts';
import { promptColours } from './colours.ts';
import { promptCompletion } from './completion.ts';
import { promptEmbeddings, setEmbeddings } from './embeddings.ts';
import { promptKeys } from './keys.ts';
import { promptProblems, setProblems } from './problems.ts';
import { promptTheme } from './theme.ts';
import { TouchKeys } from './touch-keys.tsx';

import type { Handover, PromptTextProps } from '../prompt-field.ts';

/** Marks a change that came from the form. */
const isFromForm = Annotation.define<true>();

interface PromptEditorProps extends PromptTextProps {
  /** Where the text area was left; null where there was none. */
  handover: RefObject<Handover | null>;
}

export function PromptEditor(props: PromptEditorProps) {
  const { value, reading, padding, minimumLines, maximumHeight, className } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const attributes = useRef(new Compartment());
  const said = useSaid();
  const latest = useRef({ props, said });
  useLayoutEffect(() => {
    latest.current = { props, said };
  });

  useLayoutEffect(() => {
    if (host.current === null) return;
    const { props: first } = latest.current;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.value,
        selection: clamped(first.handover.current, first.value),
        extensions: [
          extensionsOf(() => latest.current),
          attributes.current.of(attributesOf(latest.current.props, latest.current.said)),
        ],
      }),
    });
    view.current = editor;
    if (first.handover.current?.isFocused === true) editor.focus();
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, []);

  // What the form was filled with elsewhere; one step of undo.
  useLayoutEffect(() => {
    const editor = view.current;
    const text = value.replaceAll(/\r\n?/g, '\n');
    const before = editor?.state.doc.toString();
    if (editor === null || before === undefined || before === text) return;
    editor.dispatch({
      changes: changeBetween(before, text),
      annotations: [isFromForm.of(true), isolateHistory.of('full')],
    });
  }, [value]);

  const { ariaLabel, placeholder, isInvalid, describedBy } = props;
  useEffect(() => {
    const { props: now, said: words } = latest.current;
    view.current?.dispatch({ effects: attributes.current.reconfigure(attributesOf(now, words)) });
  }, [ariaLabel, placeholder, isInvalid, describedBy, said.language]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || !reading.isAnswered || reading.text !== editor.state.doc.toString()) return;
    editor.dispatch({
      effects: [
        setProblems.of(reading.problems),
        setChunkEnds.of(reading.chunkEnds),
        setEmbeddings.of(reading.embeddings),
      ],
    });
    // The list below may have moved the editor.
    repositionTooltips(editor);
  }, [reading]);

  const sizes = {
    '--prompt-padding': padding,
    '--prompt-height': maximumHeight,
    '--prompt-least': `calc(${minimumLines} * 1lh + ${verticalOf(padding)})`,
  } as CSSProperties;
  return (
    <div className={clsx('group', className)}>
      <div ref={host} style={sizes} />
      <TouchKeys onPress={(command) => view.current && command(view.current)} />
    </div>
  );
}

/** What the editor says, in the language of the page. */
function useSaid() {
  const { t } = useTranslation();
  const { p, language } = usePromptWording();
  return { t, p, language };
}

type Said = ReturnType<typeof useSaid>;
type Latest = () => { readonly props: PromptEditorProps; readonly said: Said };

function extensionsOf(latest: Latest): Extension {
  const { isNegative = false } = latest().props;
  const wordsOf = () => problemWords(latest().said.t);
  return [
    EditorView.lineWrapping,
    promptTheme,
    promptColours(isNegative),
    chunkEnds,
    promptEmbeddings,
    promptProblems(() => ({ ...wordsOf(), keys: latest().said.p('editor.mendKeys') })),
    promptCompletion({
      isNegative,
      words: () => latest().props.words(),
      note: (option) => {
        const { p } = latest().said;
        const { kind, note = '', group, lines, isUnfit } = option;
        if (isUnfit === true) return [note, p('editor.unfit')].filter((part) => part !== '').join(' · ');
        if (kind === 'tag') return group === undefined ? '' : p(`group.${group}`);
        if (kind === 'wildcard') return p('editor.lines', { count: lines ?? 0 });
        if (kind === 'trigger') return p('editor.trigger', { name: note });
        if (kind === 'style') return p('editor.style', { text: note });
        return note === '' && kind === 'embedding' ? p('editor.embedding') : note;
      },
    }),
    promptKeys((direction) => latest().props.onRecall?.(direction) ?? false),
    EditorView.updateListener.of(({ docChanged, state, transactions }) => {
      const isOwn = transactions.some((each) => each.docChanged && each.annotation(isFromForm) !== true);
      if (docChanged && isOwn) latest().props.onChange(state.doc.toString());
    }),
  ];
}

function attributesOf(props: PromptTextProps, { p, language }: Said): Extension {
  const { id, ariaLabel, isInvalid = false, describedBy, placeholder } = props;
  return [
    EditorView.contentAttributes.of({
      id,
      'aria-label': ariaLabel,
      'aria-invalid': String(isInvalid),
      ...(describedBy === undefined ? {} : { 'aria-describedby': describedBy }),
      spellcheck: 'true',
    }),
    EditorState.phrases.of({ Completions: p('editor.completions') }),
    placeholder === undefined ? [] : placeholderOf(placeholder),
    EditorView.editorAttributes.of({ lang: language }),
  ];
}

/** The height that a padding such as `8px 4px` takes above and below. */
function verticalOf(padding: string): string {
  const [top = '0px', , bottom = top] = padding.split(' ');
  return `${top} + ${bottom}`;
}

function clamped(handover: Handover | null, text: string): { anchor: number; head: number } {
  const within = (at: number): number => Math.min(at, text.length);
  return handover === null
    ? { anchor: text.length, head: text.length }
    : { anchor: within(handover.start), head: within(handover.end) };
}
