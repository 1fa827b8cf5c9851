/**
 * One pass over the bytes of a JSON header before it is parsed: bounds depth and number of entries, so that a hostile
 * header costs a scan and not gigabytes of objects. Accepts some things that are not JSON; the parser finds those.
 */

export interface HeaderScan {
  /** End of the object, without the spaces behind it. */
  readonly end: number;
  /** Keys of the outermost object, counted as written: duplicates count twice. */
  readonly entries: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
/** Commas a tensor's entry may have: three keys, a shape, two offsets. */
const COMMAS_PER_ENTRY = 16;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const SPACE = 0x20;

/** @returns what was found, or what is wrong as the end of a sentence */
export function scanHeader(bytes: Uint8Array, limit: { entries: number; depth: number }): HeaderScan | string {
  // The format asks for the brace to be the first byte; spaces may follow the object, to align the data.
  if (bytes[0] !== OPEN_BRACE) return 'its header is not a JSON object';
  let end = bytes.length;
  while (bytes[end - 1] === SPACE) end--;

  let depth = 0;
  let entries = 0;
  let commas = 0;
  for (let i = 0; i < end; i++) {
    switch (bytes[i]) {
      case QUOTE:
        i++;
        while (i < end && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > limit.depth) return `its header is nested more than ${limit.depth} deep`;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      case COLON:
        if (depth === 1) entries++;
        if (entries > limit.entries + 1) return `it lists more than ${limit.entries} tensors`;
        break;
      case COMMA:
        if (++commas > limit.entries * COMMAS_PER_ENTRY) return 'its header has too many entries';
        break;
      default:
    }
  }
  return { end, entries };
}
