/**
 * Tidies pasted text the way CLIP's tokenizer expects it: straight quotes, plain letters, no control characters.
 *
 * Does what ftfy 6.3 does by default. Pure; the table of HTML names is passed in.
 */
import { repairEncoding } from './mojibake.ts';
import { fromWindows1252, unescapeHtml, type HtmlEntities } from './html-unescape.ts';

// oxlint-disable no-control-regex -- control characters are what this file takes out

/** Passes over one line; only text made to be hostile needs more (`&amp;amp;amp;...`). */
const MOST_PASSES = 64;

const LIGATURES: Readonly<Record<string, string>> = {
  Ĳ: 'IJ',
  ĳ: 'ij',
  ŉ: 'ʼn',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
};

/** What is done to a line, in this order, once its HTML references are gone. */
const STEPS: readonly ((text: string) => string)[] = [
  // Control characters that were meant to be punctuation of Windows-1252.
  (text) => text.replace(/[\x80-\x9f]/g, (control) => fromWindows1252(control.charCodeAt(0))),
  (text) => text.replace(/[ĲĳŉǄ-ǌǱ-ǳﬀ-ﬆ]/g, (ligature) => LIGATURES[ligature] ?? ligature),
  // Full and half width forms, and the ideographic space.
  (text) => text.replace(/[\uff01-\uffef]/g, (form) => form.normalize('NFKC')).replaceAll('\u3000', ' '),
  (text) => text.replace(/[\u02bc\u2018-\u201b]/g, "'").replace(/[\u201c-\u201f]/g, '"'),
  (text) => text.replace(/\r\n?|[\u2028\u2029\x85]/g, '\n'),
  (text) => text.replace(/\p{Surrogate}/gu, '\ufffd'),
  // Colour codes of terminals.
  (text) => text.replace(/\x1b\[[\d;]*[a-zA-Z]/g, ''),
  (text) => text.replace(/[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, ''),
  (text) => text.normalize('NFC'),
];

/** The named reference in lower case, or in capitals where HTML has no name of its own for that. */
function namedReference(reference: string, entities: HtmlEntities): string | undefined {
  const exact = entities.get(reference.slice(1));
  if (exact !== undefined) return exact;
  const lower = reference.toLowerCase();
  if (reference !== lower.toUpperCase() || unescapeHtml(reference, entities) !== reference) return undefined;
  return entities.get(lower.slice(1))?.toUpperCase();
}

function unescapeReferences(text: string, entities: HtmlEntities): string {
  return text.replace(/&#?[\dA-Za-z]{1,24};/g, (reference) => {
    if (!reference.startsWith('&#')) return namedReference(reference, entities) ?? reference;
    const unescaped = unescapeHtml(reference, entities);
    // A semicolon that is left over means that only part of it was a reference.
    return unescaped.includes(';') ? reference : unescaped;
  });
}

function repairLine(line: string, entities: HtmlEntities | undefined): string {
  let text = line;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const before = text;
    if (entities !== undefined) text = unescapeReferences(text, entities);
    text = repairEncoding(text);
    for (const step of STEPS) text = step(text);
    if (text === before) break;
  }
  return text;
}

/**
 * The tidied text. HTML references are decoded line by line until a line holds a `<`: from there on the text counts as
 * HTML source and keeps them.
 */
export function repairText(text: string, entities: HtmlEntities): string {
  let decodes = true;
  return (text.match(/[^\n]*\n|[^\n]+/g) ?? [])
    .map((line) => {
      decodes &&= !line.includes('<');
      return repairLine(line, decodes ? entities : undefined);
    })
    .join('');
}
