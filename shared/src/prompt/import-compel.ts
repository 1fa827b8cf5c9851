/**
 * Prompts in the syntax of Compel and InvokeAI (`word++`, `(phrase)1.3`, `.and()`, `.blend()`, `.swap()`), to ours.
 *
 * One way only. What has no equivalent stays as text, and a note says so.
 *
 * @source the forms of compel 2 and InvokeAI's documentation
 */

/** What the import could not keep. */
export interface ImportNote {
  readonly kind: 'blend_not_possible' | 'swap_not_possible' | 'weights_of_and_lost';
  /** As it was written. */
  readonly text: string;
}

export interface ImportedPrompt {
  readonly text: string;
  readonly notes: readonly ImportNote[];
}

const UP = 1.1;
const DOWN = 0.9;
/** Nested deeper than this, brackets stay as they are. */
const DEEPEST = 100;

/** `("a", "b").and()` and `.blend(1, 0.8)`. */
const COMPOSED = /\(\s*("(?:[^"\\]|\\.)*"(?:\s*,\s*"(?:[^"\\]|\\.)*")*)\s*\)\.(and|blend)\(([^()]*)\)/gs;
const QUOTED = /"((?:[^"\\]|\\.)*)"/gs;
const SWAP = /(?<![\p{L}\p{N}_-])(?:\([^()]*\)|"[^"]*"|[\p{L}\p{N}_-]+)\.swap\([^()]*\)/gu;
const EMBEDDING = /<([\p{L}\p{N}_\-. ]+)>/gu;

export function importCompel(text: string): ImportedPrompt {
  const notes: ImportNote[] = [];
  const kept = text.replace(SWAP, (whole: string) => {
    notes.push({ kind: 'swap_not_possible', text: whole });
    return literal(whole);
  });
  const joined = kept.replace(COMPOSED, (whole: string, list: string, kind: string, weights: string) => {
    const prompts = [...list.matchAll(QUOTED)].map(([, quoted = '']) => quoted.replace(/\\"/g, '"'));
    if (kind === 'blend') {
      notes.push({ kind: 'blend_not_possible', text: whole });
      return literal(whole);
    }
    if (weights.trim() !== '') notes.push({ kind: 'weights_of_and_lost', text: whole });
    return prompts.join(' BREAK ');
  });
  const ready = joined.replace(EMBEDDING, '$1');
  return { text: importWeights({ text: ready, closers: closingBrackets(ready) }, 0, ready.length, 0), notes };
}

/** Brackets that are text, here and with us. */
const literal = (text: string): string => text.replace(/(?<!\\)[()]/g, String.raw`\$&`);

interface Source {
  readonly text: string;
  /** By the place of an opening bracket, that of its closing one. */
  readonly closers: ReadonlyMap<number, number>;
}

/** Reads one stretch: words with signs, brackets with signs or a number, escapes, everything else as it is. */
function importWeights(source: Source, start: number, end: number, depth: number): string {
  const { text, closers } = source;
  let out = '';
  for (let at = start; at < end;) {
    const character = text[at] as string;
    if (character === '\\') {
      const next = text[at + 1] ?? '';
      // Signs need no escape with us.
      out += next === '+' || next === '-' ? next : character + next;
      at += 2;
    } else if (character === '(' && depth < DEEPEST) {
      const closer = closers.get(at);
      if (closer === undefined) {
        out += String.raw`\(`;
        at++;
        continue;
      }
      const weight = readWeight(text, closer + 1, true);
      const inner = importWeights(source, at + 1, closer, depth + 1);
      out += weight.value === 1 ? inner : `(${inner}:${print(weight.value)})`;
      at = weight.end;
    } else if (/[\p{L}\p{N}_]/u.test(character)) {
      const word = /^[\p{L}\p{N}_']+(?:-+[\p{L}\p{N}_']+)*/u.exec(text.slice(at, at + 1000))?.[0] ?? character;
      const weight = readWeight(text, at + word.length, false);
      out += weight.value === 1 ? word : `(${word}:${print(weight.value)})`;
      at = weight.end;
    } else {
      // Square brackets mean nothing to Compel and something to us.
      out += character === '[' || character === ']' || character === ')' ? `\\${character}` : character;
      at++;
    }
  }
  return out;
}

function closingBrackets(text: string): Map<number, number> {
  const closers = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') open.push(at);
    else if (text[at] === ')') {
      const opener = open.pop();
      if (opener !== undefined) closers.set(opener, at);
    }
  }
  return closers;
}

/** `++`, `--` or, behind a bracket, a number. Signs count only where no word goes on behind them. */
function readWeight(text: string, at: number, hasNumber: boolean): { value: number; end: number } {
  const [sign] = /^(?:\++|-+)(?![\p{L}\p{N}_])/u.exec(text.slice(at, at + 100)) ?? [];
  if (sign !== undefined) return { value: (sign.startsWith('+') ? UP : DOWN) ** sign.length, end: at + sign.length };
  const [digits] = (hasNumber && /^-?(?:\d+\.?\d*|\.\d+)/.exec(text.slice(at, at + 32))) || [];
  return digits === undefined ? { value: 1, end: at } : { value: Number(digits), end: at + digits.length };
}

/** Four decimals at most: 1.1 ** 2 is 1.21 to a person. */
function print(value: number): string {
  return String(Number(value.toFixed(4)));
}
