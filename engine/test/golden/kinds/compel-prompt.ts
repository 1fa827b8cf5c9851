/**
 * Prompts in Compel's syntax, imported and encoded with its weights. One check for each prompt.
 *
 * Blends and weights of joined prompts are no part of our language; what they are made of is, so they are put together here.
 */
import { importCompel } from '@easel/shared/prompt/import-compel';

import { findEmphasis, LITERAL_EMPHASIS } from '../../../src/conditioning/emphasis.ts';
import { encodePrompt } from '../../../src/families/prompt.ts';
import { PLAIN } from '../../../src/families/network-options.ts';
import type { Pipeline } from '../../../src/families/types.ts';
import { weightedSum, type Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { openModelFile } from '../networks.ts';
import type { Kind } from './types.ts';

const BLEND = /^\((".*")\)\.blend\(([^()]*)\)$/;
const WEIGHTED_AND = /^\((".*")\)\.and\(([^()]+)\)$/;
const QUOTED = /"([^"]*)"/g;
/** Ids beyond what one chunk holds. */
const LONGER = 75;

async function encode(pipeline: Pipeline, text: string): Promise<Tensor> {
  return (await encodePrompt(pipeline, pipeline.tokenize(importCompel(text).text, findEmphasis('compel')), 1)).context;
}

/** Several prompts as one, their weights divided by their sum unless told otherwise. */
async function blend(pipeline: Pipeline, prompts: readonly string[], numbers: string): Promise<Tensor> {
  const parts = numbers.split(',').map((part) => part.trim());
  const given = parts.filter((part) => part !== 'no_normalize').map(Number);
  const sum = parts.includes('no_normalize') ? 1 : given.reduce((total, weight) => total + weight, 0);
  const terms: [number, Tensor][] = [];
  for (const [i, prompt] of prompts.entries()) terms.push([(given[i] as number) / sum, await encode(pipeline, prompt)]);
  return weightedSum(terms);
}

/** Several prompts side by side, each as far from an empty one as its weight says. */
async function joined(pipeline: Pipeline, prompts: readonly string[], numbers: string): Promise<Tensor> {
  const weights = numbers.split(',').map(Number);
  const empty = await encode(pipeline, '');
  const parts: Tensor[] = [];
  for (const [i, prompt] of prompts.entries()) {
    const weight = weights[i] as number;
    const terms: [number, Tensor][] = [
      [weight, await encode(pipeline, prompt)],
      [1 - weight, empty],
    ];
    parts.push(weightedSum(terms));
  }
  const [n = 1, , width = 0] = empty.shape;
  const data = Float32Array.from(parts.flatMap((part) => [...part.data]));
  return { data, shape: [n, data.length / width, width] };
}

/** Compel takes the pooled vector from the prompt as it was typed, signs and all; we do not, and compare it as words. */
async function pooledAsTyped(pipeline: Pipeline, text: string): Promise<Tensor> {
  return (await encodePrompt(pipeline, pipeline.tokenize(text, LITERAL_EMPHASIS), 1)).pooled as Tensor;
}

async function contextOf(pipeline: Pipeline, text: string): Promise<Tensor> {
  for (const [form, put] of [
    [BLEND, blend],
    [WEIGHTED_AND, joined],
  ] as const) {
    const [, quoted, numbers] = form.exec(text) ?? [];
    if (quoted === undefined || numbers === undefined) continue;
    const prompts = [...quoted.matchAll(QUOTED)].map(([, prompt = '']) => prompt);
    return put(pipeline, prompts, numbers);
  }
  return encode(pipeline, text);
}

async function checkPrompt(golden: GoldenCase, pipeline: Pipeline, name: string, text: string): Promise<Check> {
  const isLong = text.split(/\s+/).length > LONGER;
  if (isLong)
    return unknown(name, 'Compel cuts long prompts at sentences, we at commas; weights are compared in the others');
  const context = await contextOf(pipeline, text);
  const comparisons: Comparison[] = [];
  for (const output of golden.outputNames.filter((each) => each.endsWith(`.${name}`))) {
    const made = output.startsWith('pooled.') ? await pooledAsTyped(pipeline, text) : context;
    comparisons.push(compare(output, made, golden.stored(output), golden.bound));
  }
  return checkOf(name, comparisons);
}

export const compelPrompt: Kind = {
  run: 'embeddings/prompt_compel',
  leaves: [{ name: /\.long$/, why: 'Compel cuts long prompts elsewhere' }],
  check: async (golden) => {
    const { prompts } = (golden.json as unknown as { config: { prompts: Readonly<Record<string, string>> } }).config;
    const pipeline = await openModelFile(golden.file('base.manifest.json'), { ...PLAIN, hidesTokens: true });
    const checks: Check[] = [];
    for (const [name, text] of Object.entries(prompts)) {
      checks.push(
        'missing' in pipeline ? unknown(name, pipeline.missing) : await checkPrompt(golden, pipeline, name, text),
      );
    }
    return checks;
  },
};
