/**
 * Repairs text that was decoded with a wrong encoding: `cafÃ©` becomes `café`, `â€œ` a quotation mark.
 *
 * Agrees with `fix_encoding` of ftfy 6.3, whose tokenizers of CLIP run it over every prompt. Pure.
 */
import { fromWindows1252 } from './html-unescape.ts';
import { KINDS, PARTS } from './mojibake-classes.ts';
import { ONE_BYTE_ENCODINGS, type OneByteEncoding } from './one-byte-encodings.ts';

/** Undoings, one inside the other; only text made to be hostile needs more. */
const MOST_UNDOINGS = 64;

const { common, control, bad, law, currency, opening, closing, numeric, face, box } = KINDS;
const { upperAccented, lowerAccented, upperCommon, lowerCommon } = KINDS;
const accented = lowerAccented + upperAccented;
const marks = opening + closing;
/** Python's white space and word characters. */
const SPACE = '[\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const WORD = '[\\p{L}\\p{N}_]';

/** Neighbours that sound text does not have: each row is a sequence of classes (or of other expressions, in slashes). */
const SUSPICIOUS: readonly (readonly string[])[] = [
  [control],
  [bad + accented + box + marks + currency + numeric + law, bad],
  ['a-zA-Z', lowerCommon + upperCommon, bad],
  [bad, accented + box + marks + currency + numeric + law],
  [lowerAccented + lowerCommon + box + closing + currency + numeric, upperAccented],
  [box + closing + currency + numeric, lowerAccented],
  [lowerAccented + box + closing, currency],
  [`/${SPACE}`, upperAccented, currency],
  [upperAccented + box, numeric + law],
  [accented + box + currency + closing, opening, numeric],
  [accented + currency + numeric + box + law, closing, opening],
  [currency + numeric + box, opening],
  ['a-z', upperAccented, opening + currency],
  [box, face],
  [accented + currency + numeric + marks + law, box],
  [box, closing],
  [accented, marks, `/${WORD}`],
  ['Œœ', '^A-Za-z'],
  [upperAccented, '°'],
  // Windows-1252: two characters, Arabic words, the beginnings of South Asian letters.
  ['ÂÃÎÐ', `€œŠš¢£Ÿž\\u00a0\\u00ad®©°·»${marks}–—´`],
  ['×', '²³'],
  [
    'ØÙ',
    `${common + currency + bad + numeric + opening}ŸŠ®°µ»`,
    'ØÙ',
    `${common + currency + bad + numeric + opening}ŸŠ®°µ»`,
  ],
  ['à', '²µ¹¼½¾'],
  // The first Macintosh.
  ['√', '±∂†≠®™´≤≥¥µø'],
  ['≈', '°¢'],
  ['‚', 'Ä', 'ìîïòôúùû†°¢π'],
  ['‚', 'âó', 'àä°ê'],
  // Windows-1251.
  ['в', 'Ђ'],
  ['ВГРС', `${control + bad + marks + currency}°µ`, 'ВГРС'],
  ['Г', 'ў', 'В', 'Ђ', 'В', '^\\n', 'A-Za-z\\u0020'],
  // Windows-1252 again, with what may have been no-break spaces.
  ['Ã', '\\u00a0¡'],
  ['a-z', `/${SPACE}?`, 'ÃÂ', '\\u0020'],
  ['/^', 'ÃÂ', '\\u0020'],
  [`a-z.,?!${closing}`, 'Â', `\\u0020${marks}`],
  // Windows-1253 and 1257.
  ['β', '€', '™\\u00a0Ά\\u00ad®°'],
  ['ΒΓΞΟ', `${control + bad + marks + currency}°`, 'ΒΓΞΟ'],
  ['ā', '€'],
];

const GARBLED = new RegExp(
  SUSPICIOUS.map((row) => row.map((part) => (part.startsWith('/') ? part.slice(1) : `[${part}]`)).join('')).join('|'),
  'u',
);

/** Runs of what looks like UTF-8 sequences shown byte by byte. */
const LIKE_UTF8 = new RegExp(
  `(?<![${PARTS.strictContinuation}])(?:` +
    `[${PARTS.firstOfTwo}][${PARTS.continuation}]` +
    `|[${PARTS.firstOfThree}][${PARTS.continuation}]{2}` +
    `|[${PARTS.firstOfFour}][${PARTS.continuation}]{3})+`,
  'gu',
);

// Bytes are searched as strings of one character a byte.

/** An `à` whose second byte has become the space behind it; not where Portuguese joins it to the next word. */
const LONE_A_GRAVE = /\xc3 (?! |quele|quela|quilo|s )/g;
/** Sequences that would be UTF-8 if their space were the byte a0. */
const WITH_SPACE =
  /[\xc2\xc3\xc5\xce\xd0\xd9] |[\xe2\xe3] [\x80-\x84\x86-\x9f\xa1-\xbf]|[\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf] |\xf0 [\x80-\xbf]{2}|\xf0[\x80-\xbf] [\x80-\xbf]|\xf0[\x80-\xbf]{2} /g;
// oxlint-disable no-control-regex -- 1a stands for the byte that was lost
/** Sequences of which a byte was lost, and lost bytes alone. */
const WITH_LOSS =
  /[\xc2-\xdf]\x1a|[\xc2\xc3]\?|\xed[\xa0-\xaf][\x1a?]\xed[\xb0-\xbf][\x1a?\x80-\xbf]|\xed[\xa0-\xaf][\x1a?\x80-\xbf]\xed[\xb0-\xbf][\x1a?]|[\xe0-\xef][\x1a?][\x1a\x80-\xbf]|[\xe0-\xef][\x1a\x80-\xbf][\x1a?]|[\xf0-\xf4][\x1a?][\x1a\x80-\xbf]{2}|[\xf0-\xf4][\x1a\x80-\xbf][\x1a?][\x1a\x80-\xbf]|[\xf0-\xf4][\x1a\x80-\xbf]{2}[\x1a?]|\x1a/g;
// oxlint-enable no-control-regex
/** Pairs of surrogates each as a sequence of its own (CESU-8), and Java's zero. */
const VARIANTS = /\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])|\xc0\x80/g;
const REPLACEMENT = '\xef\xbf\xbd';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const toBytes = (text: string): Uint8Array => Uint8Array.from(text, (byte) => byte.charCodeAt(0));

function toText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Surrogate pairs and zeros in the form that strict UTF-8 has for them. */
const normalizeVariants = (bytes: string): string =>
  bytes.replace(VARIANTS, (_whole, a?: string, b = '', c = '', d = '') => {
    if (a === undefined) return '\0';
    const bits = (part: string, mask: number): number => part.charCodeAt(0) & mask;
    const code = (bits(a, 0x0f) << 16) + (bits(b, 0x3f) << 10) + (bits(c, 0x0f) << 6) + bits(d, 0x3f) + 0x10000;
    return toText(new TextEncoder().encode(String.fromCodePoint(code)));
  });

/** The text read as UTF-8 after its bytes in `encoding` are restored; undefined where that cannot be. */
function undo(text: string, encoding: OneByteEncoding): string | undefined {
  const encoded = encoding.encode(text);
  if (encoded === undefined) return undefined;
  let bytes = toText(encoded);
  if (encoding.hasNoBreakSpace && bytes.search(WITH_SPACE) >= 0) {
    bytes = bytes.replace(LONE_A_GRAVE, '\xc3\xa0 ').replace(WITH_SPACE, (match) => match.replaceAll(' ', '\xa0'));
  }
  if (encoding.isForgiving) bytes = bytes.replace(WITH_LOSS, REPLACEMENT);
  try {
    return strictUtf8.decode(toBytes(normalizeVariants(bytes)));
  } catch {
    // No UTF-8: the text did not come about this way.
    return undefined;
  }
}

/** Windows-1252 instead of Latin-1; undefined where a character has no place in it. */
function asWindows1252(text: string): string | undefined {
  let out = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    const shown = fromWindows1252(code);
    if (code > 0xff || (code >= 0x80 && code <= 0x9f && shown === character)) return undefined;
    out += shown;
  }
  return out;
}

/** One undoing; the same text where there is nothing to undo. */
function repairOnce(text: string): string {
  if (!GARBLED.test(text)) return text;
  for (const encoding of ONE_BYTE_ENCODINGS) {
    const undone = undo(text, encoding);
    if (undone !== undefined) return undone;
  }
  const patched = text.replace(LIKE_UTF8, (part) =>
    part.length < text.length && GARBLED.test(part) ? repairEncoding(part) : part,
  );
  if (patched !== text) return patched;
  const windows = asWindows1252(text);
  if (windows !== undefined && windows !== text) return windows;
  return text.replace(/[\x80-\x9f]/g, (character) => fromWindows1252(character.charCodeAt(0)));
}

/** The text as it was meant, where wrong decoding has garbled it; sound text is returned as it is. */
export function repairEncoding(text: string): string {
  let repaired = text;
  for (let i = 0; i < MOST_UNDOINGS; i++) {
    const before = repaired;
    repaired = repairOnce(before);
    if (repaired === before) break;
  }
  return repaired;
}
