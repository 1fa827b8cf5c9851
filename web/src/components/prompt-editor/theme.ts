/** How the editor looks: the page's own type and colours, and one calm tone for each thing the language has. */
import { EditorView } from '@codemirror/view';

import { TINTS, type TintWay } from '../../lib/prompt/tint.ts';

const TONES = {
  schedule: 'light-dark(oklch(0.45 0.12 300), oklch(0.8 0.085 300))',
  choice: 'light-dark(oklch(0.44 0.09 245), oklch(0.79 0.08 240))',
  tag: 'var(--color-accent-ink)',
} as const;

const tinted = (way: TintWay): string => `color-mix(in oklab, ${TINTS[way]} var(--tint), transparent)`;

export const promptTheme = EditorView.theme({
  '&': { fontSize: 'inherit', color: 'inherit', background: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'inherit',
    lineHeight: 'inherit',
    overflowY: 'auto',
    maxHeight: 'var(--prompt-height)',
  },
  '.cm-content': { padding: 'var(--prompt-padding)', minHeight: 'var(--prompt-least)', caretColor: 'var(--color-ink)' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--color-faint)' },

  '.easel-weighted': { borderRadius: '3px', boxDecorationBreak: 'clone', padding: '1px 0' },
  '.easel-more': { background: tinted('more') },
  '.easel-less': { background: tinted('less') },
  '.easel-against': { background: tinted('against') },
  '.easel-weight': { color: 'var(--color-accent-ink)' },
  '.easel-schedule': { color: TONES.schedule, fontWeight: '600' },
  '.easel-choice': { color: TONES.choice, fontWeight: '600' },
  '.easel-wildcard': { color: TONES.choice },
  '.easel-tag': { color: 'var(--color-soft)' },
  '.easel-embedding': { color: TONES.tag, fontWeight: '600' },
  '.easel-tagName': { color: TONES.tag, fontWeight: '600' },
  '.easel-joint': { color: TONES.schedule, fontWeight: '600', letterSpacing: '0.02em' },
  '.easel-comment': { color: 'var(--color-faint)', fontStyle: 'italic' },
  '.easel-problem': {
    textDecoration: 'underline wavy var(--color-warn) 1px',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
  },
  '.easel-chunk-end': {
    display: 'inline-block',
    position: 'relative',
    width: '0',
    height: '1.1em',
    margin: '0 3px',
    verticalAlign: 'text-bottom',
    borderLeft: '1px dashed var(--color-faint)',
  },

  '.cm-tooltip': {
    border: '1px solid var(--color-line)',
    borderRadius: 'var(--radius-lg)',
    background: 'var(--color-raised)',
    color: 'var(--color-ink)',
    boxShadow: 'var(--shadow-float)',
    fontSize: 'var(--text-sm)',
    zIndex: '60',
  },
  '.easel-tip': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '0.25rem 0.75rem',
    maxWidth: '22rem',
    padding: '0.375rem 0.5rem 0.375rem 0.75rem',
  },
  '.easel-tip button': {
    minHeight: '1.75rem',
    padding: '0 0.625rem',
    borderRadius: 'var(--radius-md)',
    background: 'var(--color-accent-wash)',
    color: 'var(--color-accent-ink)',
    fontSize: 'var(--text-xs)',
    fontWeight: '600',
  },
  '.cm-tooltip.easel-completion > ul': {
    fontFamily: 'inherit',
    maxHeight: '16rem',
    minWidth: '14rem',
    maxWidth: 'min(28rem, 92vw)',
    padding: '0.25rem',
  },
  '.cm-tooltip.easel-completion > ul > li': {
    display: 'flex',
    alignItems: 'center',
    gap: '1rem',
    minHeight: '1.75rem',
    padding: '0 0.5rem',
    borderRadius: 'var(--radius-md)',
  },
  '@media (width <= 700px)': {
    '.cm-tooltip.easel-completion > ul > li, .easel-tip button': { minHeight: '2.75rem' },
  },
  '.cm-tooltip.easel-completion > ul > li[aria-selected]': {
    background: 'var(--color-accent-wash)',
    color: 'var(--color-ink)',
  },
  '.cm-completionLabel': { flex: '1 0 auto', maxWidth: '16rem', overflow: 'hidden', textOverflow: 'ellipsis' },
  '.easel-note': {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    color: 'var(--color-soft)',
    fontSize: 'var(--text-xs)',
  },
  '.easel-unfit .cm-completionLabel': { color: 'var(--color-soft)' },
});
