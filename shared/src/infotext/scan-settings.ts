/**
 * Takes the settings line of an infotext apart into keys and values.
 *
 * Like the WebUI's own reader, but aware of brackets: a value that begins with `{` or `[` runs to its balanced close if
 * what lies between is JSON. The WebUI cuts such values at the first comma. The text is anybody's, so the time is linear.
 */

export interface SettingsItem {
  key: string;
  /** As it stands in the line, still quoted. */
  raw: string;
}

const KEY_FIRST = /[\p{L}\p{N}_]/u;
const KEY_REST = /[\p{L}\p{N}_ /-]/u;
const QUOTED = /"(?:\\.|[^"\\])+"(?=,|$)/y;
const CLOSING: Record<string, string> = { '{': '}', '[': ']' };

/** Quotes and brackets that do not close cost the rest of the line each; after so many they are plain characters. */
const MOST_UNCLOSED = 16;

/**
 * The key right before a colon: the longest run of key characters, from its first letter, digit or underscore on.
 *
 * @param from where the run may begin at the earliest
 */
const keyBefore = (line: string, from: number, colon: number): string | null => {
  let start = colon;
  let key: number | null = null;
  while (start > from) {
    // A character beyond the basic plane is two units.
    const isPair = start - 2 >= from && /[\uDC00-\uDFFF]/.test(line[start - 1] as string);
    const character = line.slice(isPair ? start - 2 : start - 1, start);
    if (!KEY_REST.test(character)) break;
    start -= character.length;
    if (KEY_FIRST.test(character)) key = start;
  }
  if (key === null) return null;
  const text = line.slice(key, colon);
  return [...text].length >= 2 ? text : null;
};

/** End of the bracketed run that begins at `start`, past its close; null when it does not close. */
const closeOf = (line: string, start: number): number | null => {
  const open: string[] = [];
  let isText = false;
  for (let at = start; at < line.length; at += 1) {
    const character = line[at] as string;
    if (isText) {
      if (character === '\\') at += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') {
      isText = true;
    } else if (CLOSING[character] !== undefined) {
      open.push(CLOSING[character]);
    } else if (character === '}' || character === ']') {
      if (open.pop() !== character) return null;
      if (open.length === 0) return at + 1;
    }
  }
  return null;
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const bracketed = (line: string, start: number): string | null => {
  const end = closeOf(line, start);
  if (end === null) return null;
  let next = end;
  while (line[next] === ' ') next += 1;
  if (next < line.length && line[next] !== ',') return null;
  const text = line.slice(start, end);
  return isJson(text) ? text : null;
};

const quoted = (line: string, start: number): string | null => {
  QUOTED.lastIndex = start;
  return QUOTED.exec(line)?.[0] ?? null;
};

const upToComma = (line: string, start: number): string => {
  const comma = line.indexOf(',', start);
  return line.slice(start, comma === -1 ? line.length : comma);
};

/** Every `key: value` of the line, left to right; what is between them is skipped. */
export function scanSettings(line: string): SettingsItem[] {
  const items: SettingsItem[] = [];
  let unclosed = 0;
  let from = 0;
  let colon = line.indexOf(':');
  while (colon !== -1) {
    const key = keyBefore(line, from, colon);
    if (key === null) {
      // No later key reaches back over this colon.
      from = colon + 1;
    } else {
      let start = colon + 1;
      while (/\s/.test(line[start] ?? '')) start += 1;
      const first = line[start] ?? '';
      const isClosable = unclosed < MOST_UNCLOSED && (first === '"' || CLOSING[first] !== undefined);
      const run = isClosable ? (first === '"' ? quoted(line, start) : bracketed(line, start)) : null;
      if (isClosable && run === null) unclosed += 1;
      const raw = run ?? upToComma(line, start);
      items.push({ key, raw });
      const comma = line.indexOf(',', start + raw.length);
      if (comma === -1) break;
      from = comma + 1;
    }
    colon = line.indexOf(':', from);
  }
  return items;
}
