/**
 * What may be meant at the caret of a prompt: a LoRA behind `<`, a wildcard behind `__`, else a word, an embedding, a
 * trigger word or a style. Pure; what there is comes in, and what was chosen goes out as a replacement.
 */
import { scanPrompt, TOKEN } from '@easel/shared/prompt/scan';
import { applyStyles } from '@easel/shared/prompt/styles';
import { readLoraTag, takeTags } from '@easel/shared/prompt/tags';

import { tagsFor, type TagGroup } from './tags.ts';

import type { Span } from '@easel/shared/prompt/excerpt';

/** What a prompt can name. Names are written as the prompt has them. */
export interface PromptWords {
  readonly loras: readonly {
    readonly name: string;
    readonly triggerWords: readonly string[];
    /** Of the models it is for; null where that is not known. */
    readonly base: string | null;
    /** False where it is known not to go with the chosen model. */
    readonly isFitting: boolean;
    /** How its tag begins. */
    readonly tag: 'lora' | 'hypernet';
  }[];
  readonly embeddings: readonly { readonly name: string; readonly base: string | null; readonly isFitting: boolean }[];
  readonly wildcards: readonly { readonly name: string; readonly lines: number }[];
  readonly styles: readonly { readonly name: string; readonly prompt: string; readonly negativePrompt: string }[];
}

export const NO_WORDS: PromptWords = { loras: [], embeddings: [], wildcards: [], styles: [] };

export type CompletionKind = 'tag' | 'lora' | 'embedding' | 'wildcard' | 'style' | 'trigger';

export interface PromptCompletion {
  readonly kind: CompletionKind;
  readonly label: string;
  /** Of a tag. */
  readonly group?: TagGroup;
  /** Small print: the base of a LoRA, whose trigger word it is, what a style adds. */
  readonly note?: string;
  /** Lines of a wildcard. */
  readonly lines?: number;
  /** For models of another kind than the one chosen. */
  readonly isUnfit?: boolean;
  readonly replaces: Span;
  readonly text: string;
}

export interface Completions {
  /** Where the typed beginning starts. */
  readonly from: number;
  readonly options: readonly PromptCompletion[];
}

const MOST_OPTIONS = 60;
/** Letters before words are offered unasked; one is enough in scripts where a sign is a word. */
const LEAST_LETTERS = 2;
/** A tag has at most so many words. */
const MOST_WORDS = 5;
/** Characters before the caret that can matter. */
const REACH = 200;

/** @param isAsked by key: then a single letter is enough. Null where there is nothing to offer. */
export function completePrompt(
  text: string,
  caret: number,
  words: PromptWords,
  { isNegative, isAsked }: { isNegative: boolean; isAsked: boolean },
): Completions | null {
  const before = text.slice(Math.max(0, caret - REACH), caret);
  if (isInComment(text, caret)) return null;
  const tag = /<(?:(lora|lyco|hypernet):)?([^<>:\n]*)$/.exec(before);
  if (tag !== null) return isNegative ? null : completeLora(text, caret, tag[0], tag[2] ?? '', filesOf(words, tag[1]));
  // Behind the name of a tag come numbers.
  if (/<[^<>\n]*$/.test(before)) return null;
  const wildcard = /(?:^|[^\p{L}\p{N}_])(__[\p{L}\p{N}\-./]*(?:_[\p{L}\p{N}\-./]+)*_?)$/u.exec(before);
  if (wildcard?.[1] !== undefined) return completeWildcard(text, caret, wildcard[1], words);
  return completeWord(text, caret, before, words, isNegative, isAsked ? 1 : LEAST_LETTERS);
}

function isInComment(text: string, caret: number): boolean {
  const lineStart = text.lastIndexOf('\n', caret - 1) + 1;
  const line = text.slice(lineStart, caret);
  if (!line.includes('#')) return false;
  const scan = scanPrompt(line, 'source');
  return scan.length > 0 && scan.kind(scan.length - 1) === TOKEN.comment;
}

/** Of the kind that was written, or of all where none was. */
const filesOf = ({ loras }: PromptWords, kind: string | undefined): PromptWords['loras'] =>
  kind === undefined ? loras : loras.filter(({ tag }) => tag === (kind === 'lyco' ? 'lora' : kind));

function completeLora(
  text: string,
  caret: number,
  written: string,
  query: string,
  loras: PromptWords['loras'],
): Completions | null {
  const from = caret - query.length;
  // A tag that goes on behind the caret keeps its weight; only the name is written anew.
  const rest = /^([^<>:\n]*)(:[^<>\n]*>|>)/.exec(text.slice(caret, caret + REACH));
  const isWhole = rest !== null && written.includes(':');
  const replaces = isWhole
    ? { start: from, end: caret + (rest[1] ?? '').length }
    : { start: caret - written.length, end: caret };
  const options = ranked(loras, query).flatMap((lora): PromptCompletion[] => {
    const { name, base, isFitting, triggerWords, tag } = lora;
    const common = { kind: 'lora', replaces, ...(base === null ? {} : { note: base }), isUnfit: !isFitting } as const;
    const plain = { ...common, label: name, text: isWhole ? name : `<${tag}:${name}:1>` };
    if (isWhole || triggerWords.length === 0) return [plain];
    const triggers = triggerWords.join(', ');
    return [{ ...common, label: name, note: `+ ${triggers}`, text: `<${tag}:${name}:1> ${triggers}` }, plain];
  });
  return completions(from, options);
}

function completeWildcard(
  text: string,
  caret: number,
  written: string,
  { wildcards }: PromptWords,
): Completions | null {
  const rest = /^[\p{L}\p{N}_\-./* ]*?__/u.exec(text.slice(caret, caret + REACH))?.[0] ?? '';
  const isOwnRest = rest !== '' && !/[\s,]/.test(rest);
  const replaces = { start: caret - written.length, end: caret + (isOwnRest ? rest.length : 0) };
  const query = written.slice(2);
  const options = ranked(wildcards, query).map(({ name, lines }): PromptCompletion => ({
    kind: 'wildcard',
    label: name,
    lines,
    replaces,
    text: `__${name}__`,
  }));
  return completions(caret - query.length, options);
}

function completeWord(
  text: string,
  caret: number,
  before: string,
  words: PromptWords,
  isNegative: boolean,
  least: number,
): Completions | null {
  const item = /[^,()[\]{}|:<>\\\n]*$/.exec(before)?.[0].trimStart() ?? '';
  const behind = /^[\p{L}\p{N}_-]*/u.exec(text.slice(caret, caret + REACH))?.[0] ?? '';
  // In the middle of a word there is nothing to end.
  if (behind !== '') return null;
  const known = wordsOf(text, words, isNegative);
  // The whole item first, then what is left of it without its first words.
  for (const query of tailsOf(item)) {
    const wanted = query.toLowerCase();
    const isEnough = query.trimEnd().length >= least || /\p{Script=Han}|\p{Script=Kana}/u.test(query);
    if (!isEnough) return null;
    const replaces = { start: caret - query.length, end: caret };
    const options = known
      .filter(({ label }) => label.toLowerCase().startsWith(wanted))
      .map(({ write, ...option }): PromptCompletion => ({ ...option, replaces, ...write(replaces) }));
    if (options.some(({ label }) => label.toLowerCase() !== wanted)) return completions(replaces.start, options);
    if (options.length > 0) return null;
  }
  return null;
}

/** Ends of an item that begin with a word, the longest first. */
function tailsOf(item: string): string[] {
  const starts = [...item.matchAll(/(?<=^|\s)\S/g)].map(({ index }) => index);
  return starts.slice(-MOST_WORDS).map((start) => item.slice(start));
}

interface KnownWord extends Omit<PromptCompletion, 'replaces' | 'text'> {
  readonly write: (typed: Span) => { readonly text: string; readonly replaces?: Span };
}

function wordsOf(text: string, { loras, embeddings, styles }: PromptWords, isNegative: boolean): readonly KnownWord[] {
  const plain = (written: string) => () => ({ text: written });
  const named = new Set(isNegative ? [] : takeTags(text).tags.map((tag) => readLoraTag(tag)?.name.toLowerCase()));
  const used = loras.filter(({ name }) => named.has(name.toLowerCase()));
  return [
    ...used.flatMap(({ name, triggerWords }) =>
      triggerWords.map((word): KnownWord => ({ kind: 'trigger', label: word, note: name, write: plain(word) })),
    ),
    ...embeddings.map(({ name, base, isFitting }): KnownWord => ({
      kind: 'embedding',
      label: name,
      ...(base === null ? {} : { note: base }),
      isUnfit: !isFitting,
      write: plain(name),
    })),
    ...tagsFor(isNegative).map((tag): KnownWord => ({
      kind: 'tag',
      label: tag.text,
      group: tag.group,
      write: plain(tag.text),
    })),
    ...styles.flatMap((style): KnownWord[] => {
      const own = isNegative ? style.negativePrompt : style.prompt;
      if (own.trim() === '') return [];
      return [{ kind: 'style', label: style.name, note: own, write: (typed) => writeStyle(text, typed, own) }];
    }),
  ];
}

/** A style with a place for the prompt stands around all of it; another takes the place of what was typed. */
function writeStyle(text: string, typed: Span, style: string): { text: string; replaces: Span } {
  if (!style.includes('{prompt}')) return { text: style, replaces: typed };
  const left = text.slice(0, typed.start) + text.slice(typed.end);
  return {
    text: applyStyles(left.replace(/[\s,]+$/, ''), [style]),
    replaces: { start: 0, end: text.length },
  };
}

/** Those whose name begins with what was typed, then those with it inside; other models' last. */
function ranked<Named extends { readonly name: string; readonly isFitting?: boolean }>(
  all: readonly Named[],
  query: string,
): Named[] {
  const wanted = query.trim().toLowerCase();
  const rankOf = ({ name, isFitting = true }: Named): number => {
    const folded = name.toLowerCase();
    const stem = folded.slice(folded.lastIndexOf('/') + 1);
    const found = folded.startsWith(wanted) || stem.startsWith(wanted) ? 0 : folded.includes(wanted) ? 1 : Infinity;
    return found + (isFitting ? 0 : 2);
  };
  return all
    .map((each) => ({ each, rank: rankOf(each) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank || (a.each.name < b.each.name ? -1 : 1))
    .map(({ each }) => each);
}

function completions(from: number, options: readonly PromptCompletion[]): Completions | null {
  return options.length === 0 ? null : { from, options: options.slice(0, MOST_OPTIONS) };
}
