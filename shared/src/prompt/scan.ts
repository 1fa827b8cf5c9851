/**
 * The one scanner of the prompt language: cuts a text into tokens that, put together, are the text again.
 *
 * It never fails and knows no grammar; weights, schedules, tags and wildcards are read from its tokens by the files
 * beside this one, and the editor colours by them. Tokens lie in two columns instead of objects, since a hostile prompt
 * is a megabyte of brackets.
 */
import type { Span } from './excerpt.ts';

/** Kinds of tokens. Single characters carry their own name. */
export const TOKEN = {
  text: 0,
  /** A backslash and the character it makes literal. */
  escape: 1,
  /** A backslash with nothing, or a line break, behind it. */
  loneBackslash: 2,
  roundOpen: 3,
  roundClose: 4,
  squareOpen: 5,
  squareClose: 6,
  colon: 7,
  bar: 8,
  comma: 9,
  /** The word BREAK, without the white space around it. */
  break: 10,
  /** The word AND. */
  and: 11,
  /** `<name:arguments>` */
  tag: 12,
  /** From `#` to the end of the line, without the line break. */
  comment: 13,
  /** `__name__` */
  wildcard: 14,
  curlyOpen: 15,
  curlyClose: 16,
  /** `$$` */
  dollars: 17,
} as const;
export type TokenKind = (typeof TOKEN)[keyof typeof TOKEN];

/**
 * What is special: `prompt` = what still is after comments and tags are taken out and choices are made (brackets, words,
 * escapes); `source` = everything a person can type; `choices` = braces and wildcards, with escapes.
 */
export type ScanLayer = 'prompt' | 'source' | 'choices';

export class Scan {
  constructor(
    readonly text: string,
    readonly length: number,
    private readonly kinds: Uint8Array,
    private readonly starts: Uint32Array,
  ) {}

  kind(index: number): TokenKind {
    return this.kinds[index] as TokenKind;
  }

  start(index: number): number {
    return index < this.length ? (this.starts[index] as number) : this.text.length;
  }

  end(index: number): number {
    return this.start(index + 1);
  }

  span(index: number): Span {
    return { start: this.start(index), end: this.end(index) };
  }

  slice(index: number): string {
    return this.text.slice(this.start(index), this.end(index));
  }
}

/** No token begins with this character; text goes on. */
const NONE = 255;
/** Tokens of one character, by its code below 128. */
const singles = (characters: Readonly<Record<string, TokenKind>>): Uint8Array => {
  const table = new Uint8Array(128).fill(NONE);
  for (const [character, kind] of Object.entries(characters)) table[code(character)] = kind;
  return table;
};
const BRACKETS = {
  '(': TOKEN.roundOpen,
  ')': TOKEN.roundClose,
  '[': TOKEN.squareOpen,
  ']': TOKEN.squareClose,
  ':': TOKEN.colon,
  '|': TOKEN.bar,
  ',': TOKEN.comma,
};
const CHOICES = { '{': TOKEN.curlyOpen, '}': TOKEN.curlyClose, '|': TOKEN.bar };
const SINGLES: Readonly<Record<ScanLayer, Uint8Array>> = {
  prompt: singles(BRACKETS),
  source: singles({ ...BRACKETS, ...CHOICES }),
  choices: singles(CHOICES),
};

/** Tokens that begin with a certain character, in the layers that know them; sticky, so that they look no further. */
const LONGER: readonly {
  readonly first: number;
  readonly layers: readonly ScanLayer[];
  readonly pattern: RegExp;
  readonly kind: TokenKind;
}[] = [
  { first: code('\\'), layers: ['prompt', 'source', 'choices'], pattern: /\\[^\n]/suy, kind: TOKEN.escape },
  { first: code('\\'), layers: ['prompt', 'source', 'choices'], pattern: /\\/y, kind: TOKEN.loneBackslash },
  { first: code('B'), layers: ['prompt', 'source'], pattern: /BREAK(?![\p{L}\p{N}_])/uy, kind: TOKEN.break },
  { first: code('A'), layers: ['prompt', 'source'], pattern: /AND(?![\p{L}\p{N}_])/uy, kind: TOKEN.and },
  // Bounded, so that a text of many openers is not read to its end for each of them.
  { first: code('<'), layers: ['source'], pattern: /<[\p{L}\p{N}_]{1,64}:[^>]{1,1024}>/uy, kind: TOKEN.tag },
  { first: code('#'), layers: ['source'], pattern: /#[^\n]*/y, kind: TOKEN.comment },
  {
    first: code('_'),
    layers: ['source', 'choices'],
    pattern: /__[\p{L}\p{N}_\-./* ]{1,128}?__/uy,
    kind: TOKEN.wildcard,
  },
  { first: code('$'), layers: ['source', 'choices'], pattern: /\$\$/y, kind: TOKEN.dollars },
];

/** The same by character code. */
const LONGER_BY_CODE = Array.from({ length: 128 }, (_, unit) => LONGER.filter(({ first }) => first === unit));
const WORD_BEFORE = /[\p{L}\p{N}_]$/u;

/** Cuts a text into tokens, in one pass. */
export function scanPrompt(text: string, layer: ScanLayer): Scan {
  const single = SINGLES[layer];
  const kinds = new Uint8Array(text.length);
  const starts = new Uint32Array(text.length);
  let length = 0;
  let textStart = 0;
  for (let at = 0; at < text.length;) {
    const unit = text.charCodeAt(at);
    if (isPlain(unit)) {
      at++;
      continue;
    }
    let kind = single[unit] as number;
    let end = at + 1;
    if (kind === NONE) {
      const found = longerToken(text, at, layer);
      if (found !== null) ({ kind, end } = found);
    }
    if (kind !== NONE) {
      if (textStart < at) {
        kinds[length] = TOKEN.text;
        starts[length++] = textStart;
      }
      kinds[length] = kind;
      starts[length++] = at;
      textStart = end;
    }
    at = end;
  }
  if (textStart < text.length) {
    kinds[length] = TOKEN.text;
    starts[length++] = textStart;
  }
  return new Scan(text, length, kinds, starts);
}

function longerToken(text: string, at: number, layer: ScanLayer): { kind: TokenKind; end: number } | null {
  for (const { layers, pattern, kind } of LONGER_BY_CODE[text.charCodeAt(at)] ?? []) {
    if (!layers.includes(layer)) continue;
    pattern.lastIndex = at;
    if (!pattern.test(text)) continue;
    const isWord = kind === TOKEN.break || kind === TOKEN.and;
    if (isWord && WORD_BEFORE.test(text.slice(Math.max(0, at - 2), at))) continue;
    return { kind, end: pattern.lastIndex };
  }
  return null;
}

/** Small letters, digits, spaces and everything beyond ASCII begin no token. */
function isPlain(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || unit === 32 || (unit >= 48 && unit <= 57) || unit > 125;
}

function code(character: string): number {
  return character.charCodeAt(0);
}
