/**
 * The text of a JSON body to a value, with errors that say where: position of the first wrong character, keys that could
 * reach into a prototype, nesting deeper than anything we ask for. The text is anybody's, so the time is linear.
 */
import { RequestError } from '@easel/shared/errors';

/** The deepest of our bodies has five levels; scripts of the WebUI's clients a few more. */
const DEEPEST = 64;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

// From the space on, but the quote and the backslash.
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Position after the match at `at`, or -1. */
const past = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

const pastWhite = (text: string, from: number): number => {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return at;
};

/** Where in a string that does not end well the first wrong character is. */
const wrongInString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character < ' ') return at;
    if (character !== '\\') continue;
    const next = text[at + 1] ?? '';
    const isEscape = next === 'u' ? /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) : '"\\/bfnrt'.includes(next);
    if (!isEscape || next === '') return at;
    at += 1;
  }
  return text.length;
};

const tooDeep = (): RequestError =>
  new RequestError('too_deep', `The body is nested more than ${DEEPEST} levels deep.`, {
    limit: DEEPEST,
    hint: 'Send a flat object.',
  });

/**
 * Index of the first character with which the text stops being JSON; its length when it ends too early, or not at all.
 * @throws too_deep
 */
export function findJsonError(text: string): number {
  const closers: ('}' | ']')[] = [];
  let at = 0;
  let wants: 'value' | 'key' | 'value or ]' | 'key or }' | 'comma or close' = 'value';
  for (;;) {
    at = pastWhite(text, at);
    const character = text[at];
    if (wants === 'comma or close') {
      const closer = closers.at(-1);
      if (closer === undefined) return at;
      if (character === closer) closers.pop();
      else if (character === ',') wants = closer === '}' ? 'key' : 'value';
      else return at;
      at += 1;
    } else if ((wants === 'value or ]' && character === ']') || (wants === 'key or }' && character === '}')) {
      closers.pop();
      wants = 'comma or close';
      at += 1;
    } else if (wants === 'key' || wants === 'key or }') {
      if (character !== '"') return at;
      const end = past(STRING, text, at);
      if (end === -1) return wrongInString(text, at);
      at = pastWhite(text, end);
      if (text[at] !== ':') return at;
      at += 1;
      wants = 'value';
    } else if (character === '{' || character === '[') {
      closers.push(character === '{' ? '}' : ']');
      if (closers.length > DEEPEST) throw tooDeep();
      wants = character === '{' ? 'key or }' : 'value or ]';
      at += 1;
    } else {
      const end = past(character === '"' ? STRING : SCALAR, text, at);
      if (end === -1) return character === '"' ? wrongInString(text, at) : at;
      at = end;
      wants = 'comma or close';
    }
  }
}

const describePosition = (text: string): RequestError => {
  const at = findJsonError(text);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const isEnd = at >= text.length;
  const found = isEnd
    ? 'it ends too early'
    : `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) as number))}`;
  const isNotFinite = /^-?(?:NaN|Infinity)/.test(text.slice(at, at + 9));
  return new RequestError(
    'bad_json',
    `The body is not JSON: ${found} at position ${at} (line ${line}, column ${column}).`,
    {
      got: isEnd ? 'end of the body' : text.slice(at, at + 20),
      hint: isNotFinite ? 'JSON has no NaN and no Infinity; send a number.' : 'Send one JSON object, encoded as UTF-8.',
    },
  );
};

/** Looks at every key without recursion, since the depth is the sender's choice. */
const refuseHostileShapes = (root: unknown): void => {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEEPEST) throw tooDeep();
    for (const [key, child] of Object.entries(value)) {
      const place = path === '' ? key : `${path}.${key}`;
      if (!Array.isArray(value) && FORBIDDEN_KEYS.has(key)) {
        throw new RequestError('bad_key', `The key "${key}" is never allowed.`, {
          field: place.slice(0, 200),
          hint: 'Leave it out.',
        });
      }
      if (typeof child === 'object' && child !== null)
        open.push({ value: child, path: place.slice(0, 200), depth: depth + 1 });
    }
  }
};

/**
 * @returns undefined for an empty body: the route's schema says whether one is needed
 * @throws bad_json, bad_key, too_deep
 */
export function parseJsonText(body: string): unknown {
  const text = body.startsWith('\ufeff') ? body.slice(1) : body;
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw describePosition(text);
  }
  refuseHostileShapes(value);
  return value;
}
