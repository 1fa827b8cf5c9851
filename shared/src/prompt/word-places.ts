/** Where a word stands in a prompt, as whole words and outside of comments: for showing embeddings, which tokens find. */
import { takeSpans, type Span } from './excerpt.ts';
import { dropComments } from './tags.ts';

/** Places in the text as it was typed, whatever the case; ascending. */
export function placesOfWord(text: string, word: string): Span[] {
  if (word === '') return [];
  const spoken = dropComments(text);
  const escaped = word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}_])${escaped}(?![\p{L}\p{N}_])`, 'giu');
  return [...spoken.text.matchAll(pattern)].flatMap(({ 0: found, index }) =>
    takeSpans(spoken, [{ start: index, end: index + found.length }]).pieces.slice(0, 1),
  );
}
