/**
 * LoRA and embeddings of a prompt as a list, and edits of one of them: its text in, its text out. The text stays the only
 * truth, so whatever a panel shows can be read, copied and kept like any prompt.
 *
 * A LoRA that is switched off is a comment, `# <lora:name:0.8>` on a line of its own: that keeps its weight through
 * reloads, copies and other programs, and no model hears of it.
 */
import { takeSpans, type Excerpt, type Span } from './excerpt.ts';
import { scanPrompt, TOKEN } from './scan.ts';
import { dropComments, readLoraTag, takeTags, type LoraTag } from './tags.ts';

export interface LoraUse extends Pick<LoraTag, 'name' | 'textWeight' | 'unetWeight'> {
  readonly isOn: boolean;
  /** The tag in the prompt, without what makes it a comment. */
  readonly span: Span;
}

/** Those that count and those that are switched off, in the order of their places. */
export function listLoras(prompt: string): LoraUse[] {
  const source = dropComments(prompt);
  const on = lorasIn(source, true);
  const scan = scanPrompt(prompt, 'source');
  const off: LoraUse[] = [];
  for (let index = 0; index < scan.length; index++) {
    if (scan.kind(index) !== TOKEN.comment) continue;
    const { start, end } = scan.span(index);
    const comment = takeSpans({ text: prompt, pieces: [{ start: 0, end: prompt.length }] }, [
      { start: start + 1, end },
    ]);
    const tags = lorasIn(comment, false);
    // A comment with words in it is a person's own.
    const [only] = tags;
    if (
      only !== undefined &&
      tags.length === 1 &&
      comment.text.trim() === prompt.slice(only.span.start, only.span.end)
    ) {
      off.push(only);
    }
  }
  return [...on, ...off].sort((a, b) => a.span.start - b.span.start);
}

function lorasIn(excerpt: Excerpt, isOn: boolean): LoraUse[] {
  return takeTags(excerpt).tags.flatMap((tag): LoraUse[] => {
    const lora = readLoraTag(tag);
    const [span] = takeSpans(excerpt, [tag.span]).pieces;
    if (lora === null || span === undefined || lora.name === '') return [];
    const { name, textWeight, unetWeight } = lora;
    return [{ name, textWeight, unetWeight, isOn, span }];
  });
}

/** Behind everything else; what the prompt says is not touched. */
export function addLora(prompt: string, name: string, weight = 1): string {
  const tag = `<lora:${name}:${formatWeight(weight)}>`;
  if (prompt.trim() === '') return tag;
  const gap = endsInComment(prompt) ? '\n' : /\s$/.test(prompt) ? '' : ' ';
  return `${prompt}${gap}${tag}`;
}

/** Takes its tag out, with the line where nothing else stands in it. */
export function removeLora(prompt: string, { span, isOn }: LoraUse): string {
  const { start, end } = lineOf(prompt, span);
  const isWholeLine = !isOn || prompt.slice(start, end).trim() === prompt.slice(span.start, span.end);
  if (isWholeLine) {
    const hasNext = prompt[end] === '\n';
    const commentStart = isOn ? start : prompt.lastIndexOf('#', span.start);
    const isAlone = prompt.slice(start, commentStart).trim() === '';
    if (!isAlone) return prompt.slice(0, commentStart).trimEnd() + prompt.slice(end);
    return hasNext ? prompt.slice(0, start) + prompt.slice(end + 1) : prompt.slice(0, Math.max(0, start - 1));
  }
  const [before, after] = [prompt.slice(0, span.start), prompt.slice(span.end)];
  if (after.trim() === '') return before.trimEnd();
  // Of the spaces on both sides one is enough.
  return /(^|\s)$/.test(before) ? before + after.replace(/^ /, '') : before + after;
}

/** On or off; what is so already stays. */
export function switchLora(prompt: string, use: LoraUse, isOn: boolean): string {
  if (use.isOn === isOn) return prompt;
  const { start, end } = lineOf(prompt, use.span);
  const tag = prompt.slice(use.span.start, use.span.end);
  if (isOn) {
    const sign = prompt.lastIndexOf('#', use.span.start);
    return prompt.slice(0, sign) + tag + prompt.slice(use.span.end);
  }
  if (prompt.slice(start, end).trim() === tag) {
    return `${prompt.slice(0, use.span.start)}# ${tag}${prompt.slice(use.span.end)}`;
  }
  const rest = removeLora(prompt, use).trimEnd();
  return `${rest}\n# ${tag}`;
}

/** Writes a tag's weights; all else in it stays. The text encoders have the weight of the U-Net where none is said. */
export function weighLora(prompt: string, { span }: LoraUse, unet: number, text: number = unet): string {
  const [kind = '', name = '', ...parts] = prompt.slice(span.start + 1, span.end - 1).split(':');
  const isNamed = (part: string): boolean => part.includes('=');
  const named = new Map(parts.filter(isNamed).map((part) => [keyOf(part), part]));
  const positional = parts.filter((part) => !isNamed(part));
  const others = parts.filter((part) => isNamed(part) && !['te', 'unet'].includes(keyOf(part)));
  const [, second, ...rest] = positional;
  const [unetText, textText] = [formatWeight(unet), formatWeight(text)];
  const numbers = [named.has('te') ? (positional[0] ?? '1') : textText];
  const said: string[] = named.has('te') ? [`te=${textText}`] : [];
  // The second number may be a list of block weights, as old prompts have it.
  const isList = second !== undefined && second.trim() !== '' && !Number.isFinite(Number(second));
  if (isList) numbers.push(second);
  else if (!named.has('unet') && (unetText !== textText || rest.length > 0)) numbers.push(unetText);
  if (named.has('unet') || (isList && unetText !== textText)) said.push(`unet=${unetText}`);
  const tag = `<${[kind, name, ...numbers, ...rest, ...said, ...others].join(':')}>`;
  return prompt.slice(0, span.start) + tag + prompt.slice(span.end);
}

const keyOf = (part: string): string => part.slice(0, part.indexOf('=')).trim();

/** Other names in the tags that count; null leaves one as it is. */
export function renameLoras(prompt: string, rename: (name: string) => string | null): string {
  let renamed = prompt;
  // From behind, so that the places of those before stay true.
  for (const { name, span, isOn } of listLoras(prompt).toReversed()) {
    const other = isOn ? rename(name) : null;
    if (other === null) continue;
    const [kind = '', , ...rest] = renamed.slice(span.start + 1, span.end - 1).split(':');
    renamed = `${renamed.slice(0, span.start)}<${[kind, other, ...rest].join(':')}>${renamed.slice(span.end)}`;
  }
  return renamed;
}

/** Words behind those there are, but before tags and comments at the end. */
export function addWords(prompt: string, words: string): string {
  const scan = scanPrompt(prompt, 'source');
  let end = prompt.trimEnd().length;
  for (let index = scan.length - 1; index >= 0; index--) {
    const span = scan.span(index);
    if (span.start >= end) continue;
    const isBeside = scan.kind(index) === TOKEN.tag || scan.kind(index) === TOKEN.comment;
    if (!isBeside || span.end < end) break;
    end = prompt.slice(0, span.start).trimEnd().length;
  }
  const [before, after] = [prompt.slice(0, end), prompt.slice(end)];
  const gap = before === '' ? '' : before.endsWith(',') ? ' ' : ', ';
  return before + gap + words + (before === '' && after !== '' && !/^\s/.test(after) ? ' ' : '') + after;
}

/** Whether words stand in a prompt as words: not as a part of longer ones, in either letter case. */
export const hasWords = (prompt: string, words: string): boolean => placeOfWords(prompt, words) !== null;

function placeOfWords(prompt: string, words: string): Span | null {
  const found = new RegExp(String.raw`(?<![\p{L}\p{N}])${escapeRegExp(words)}(?![\p{L}\p{N}])`, 'iu').exec(prompt);
  return found === null ? null : { start: found.index, end: found.index + found[0].length };
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** How strongly an embedding counts: the number of a bracket that holds its word alone; null where it is not named. */
export function embeddingWeight(prompt: string, word: string): number | null {
  const place = placeOfWords(prompt, word);
  if (place === null) return null;
  const weight = bracketAround(prompt, place)?.weight;
  return weight ?? 1;
}

export function weighEmbedding(prompt: string, word: string, weight: number): string {
  const place = placeOfWords(prompt, word);
  if (place === null) return prompt;
  const own = prompt.slice(place.start, place.end);
  const { start, end } = bracketAround(prompt, place)?.span ?? place;
  const written = weight === 1 ? own : `(${own}:${formatWeight(weight)})`;
  return prompt.slice(0, start) + written + prompt.slice(end);
}

/** Takes its word out, with its bracket and one of the commas around it. */
export function removeEmbedding(prompt: string, word: string): string {
  const place = placeOfWords(prompt, word);
  if (place === null) return prompt;
  const { start, end } = bracketAround(prompt, place)?.span ?? place;
  const [before, after] = [prompt.slice(0, start), prompt.slice(end)];
  const next = /^\s*,\s*/.exec(after);
  if (next !== null) return before + after.slice(next[0].length);
  return before.replace(/\s*,\s*$/, '') + after;
}

function bracketAround(prompt: string, { start, end }: Span): { span: Span; weight: number } | null {
  const number = /^:\s*(\d+\.?\d*|\.\d+)\s*\)/.exec(prompt.slice(end));
  if (number === null || prompt[start - 1] !== '(' || prompt[start - 2] === '\\') return null;
  return { span: { start: start - 1, end: end + number[0].length }, weight: Number(number[1]) };
}

const formatWeight = (weight: number): string => String(Math.round(weight * 1000) / 1000);

/** The line a place stands in, without its line break. */
function lineOf(text: string, span: Span): Span {
  const next = text.indexOf('\n', span.end);
  return { start: text.lastIndexOf('\n', span.start - 1) + 1, end: next < 0 ? text.length : next };
}

function endsInComment(text: string): boolean {
  const scan = scanPrompt(text, 'source');
  return scan.length > 0 && scan.kind(scan.length - 1) === TOKEN.comment;
}
