/**
 * Arithmetic on extents that may be symbolic. Expressions are written in one canonical way, so that two extents that
 * were derived alike compare equal as strings; only `evaluateDim` puts numbers in.
 */
import { GraphError } from '@easel/shared/errors';

import type { Dim, Shape } from './types.ts';

const isAtom = (text: string): boolean => /^[\w.]+$/.test(text);
const atom = (text: string): string => (isAtom(text) ? text : `(${text})`);

/** A product taken apart: its number and its symbolic factors, sorted. */
interface Product {
  readonly number: number;
  readonly factors: readonly string[];
}

/** Splits `h*w` and `(2*h)*w` at the asterisks outside parentheses. */
function factorsOf(dim: Dim): Product {
  if (typeof dim === 'number') return { number: dim, factors: [] };
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  let isProduct = true;
  for (let i = 0; i < dim.length; i++) {
    const c = dim[i];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (depth > 0) continue;
    else if (c === '*') {
      parts.push(dim.slice(from, i));
      from = i + 1;
    } else if (c === '+' || c === '/' || c === '-') isProduct = false;
  }
  parts.push(dim.slice(from));
  if (!isProduct) return { number: 1, factors: [`(${dim})`] };
  let number = 1;
  const factors: string[] = [];
  for (const part of parts) {
    if (/^\d+$/.test(part)) number *= Number(part);
    else factors.push(part);
  }
  return { number, factors: factors.toSorted() };
}

function written({ number, factors }: Product): Dim {
  if (factors.length === 0) return number;
  const symbols = factors.join('*');
  if (number !== 1) return `${number}*${symbols}`;
  const [only] = factors;
  // A lone parenthesised sum needs no parentheses.
  return factors.length === 1 && only !== undefined && only.startsWith('(') ? only.slice(1, -1) : symbols;
}

/** Product of extents. */
export function multiply(dims: Shape): Dim {
  let number = 1;
  const factors: string[] = [];
  for (const dim of dims) {
    const product = factorsOf(dim);
    number *= product.number;
    factors.push(...product.factors);
  }
  return written({ number, factors: factors.toSorted() });
}

/** `a / b` where it divides evenly, symbol by symbol; null where it does not. */
export function divide(a: Dim, b: Dim): Dim | null {
  const over = factorsOf(a);
  const under = factorsOf(b);
  if (under.number === 0 || over.number % under.number !== 0) return null;
  const factors = [...over.factors];
  for (const factor of under.factors) {
    const at = factors.indexOf(factor);
    if (at < 0) return null;
    factors.splice(at, 1);
  }
  return written({ number: over.number / under.number, factors });
}

/** Sum; symbolic parts keep their order. */
export function sum(dims: Shape): Dim {
  let number = 0;
  const symbols: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') number += dim;
    else symbols.push(dim);
  }
  if (symbols.length === 0) return number;
  if (symbols.length === 1 && number === 0) return symbols[0] as string;
  return [...symbols, ...(number === 0 ? [] : [String(number)])].join('+');
}

/** Output extent of a window sliding over `dim`: floor((dim + pads - window) / stride) + 1. */
export function slide(dim: Dim, pads: number, window: number, stride: number): Dim {
  const surplus = pads - window;
  if (typeof dim === 'number') return Math.floor((dim + surplus) / stride) + 1;
  if (stride === 1) return surplus === -1 ? dim : sum([dim, surplus + 1]);
  // floor((d + s) / k) + 1 = floor((d + s + k) / k)
  const offset = surplus + stride;
  return offset === 0 ? `${atom(dim)}/${stride}` : `(${dim}${offset > 0 ? '+' : '-'}${Math.abs(offset)})/${stride}`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/**
 * The number an extent has once those of the inputs are known.
 *
 * @throws graph_invalid when a name has no number
 */
export function evaluateDim(dim: Dim, extents: Readonly<Record<string, number>>): number {
  if (typeof dim === 'number') return dim;
  const tokens = dim.match(/[\w.]+|[-+*/()]/g) ?? [];
  let at = 0;
  const operand = (): number => {
    const token = tokens[at++] ?? '';
    if (token === '(') {
      const inner = total();
      at++;
      return inner;
    }
    const value = /^\d+$/.test(token) ? Number(token) : extents[token];
    if (value === undefined) throw new GraphError('graph_invalid', `The extent ${dim} needs a number for ${token}.`);
    return value;
  };
  const product = (): number => {
    let value = operand();
    while (tokens[at] === '*' || tokens[at] === '/')
      value = tokens[at++] === '*' ? value * operand() : Math.floor(value / operand());
    return value;
  };
  const total = (): number => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-') value += tokens[at++] === '+' ? product() : -product();
    return value;
  };
  return total();
}
