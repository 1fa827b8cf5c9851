/** Text encoders: one check per call, which runs one encoder on rows of ids and looks at several of its states. */
import type { Feeds, Results } from '../../../src/graph/session.ts';
import { tensor, type Tensor } from '../../../src/numeric/tensor.ts';
import type { Pipeline, TextFormat, TextRole } from '../../../src/families/types.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { openModel } from '../networks.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly model: string;
  readonly encoder: string;
  readonly ids: string;
  readonly want: readonly string[];
}

/** A table as lists of its rows. */
export const rowsOf = ({ data, shape }: Tensor): number[][] => {
  const [n = 0, length = 0] = shape;
  return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * length, (i + 1) * length)));
};

/** The same rows as an encoder of ours reads them: what lies behind the first end token is its own padding. */
export function paddedRows(table: Tensor, { padding, end }: Pick<TextFormat, 'padding' | 'end'>): number[][] {
  return rowsOf(table).map((row) => {
    const first = row.indexOf(end);
    return row.map((id, i) => (i > first ? padding : id));
  });
}

/** The cases' names for encoders; they are diffusers' slots. */
const ROLES: Readonly<Record<string, TextRole>> = {
  text_encoder: 'text-encoder',
  text_encoder_2: 'text-encoder-2',
};

/** What the cases call a state, as a clip skip: all but the second are what the family itself takes. */
const CLIP_SKIPS: Readonly<Record<string, number>> = {
  last: 1,
  penultimate_norm: 3,
  penultimate: 1,
  joined: 1,
  pooled: 1,
};

/** Every hidden state, which the product does not ask for. */
async function hiddenStates(
  pipeline: Pipeline,
  role: TextRole,
  rows: number[][],
  expected: readonly string[],
): Promise<Results> {
  const length = rows[0]?.length ?? 0;
  const feeds: Feeds = {
    ids: { data: BigInt64Array.from(rows.flat(), BigInt), shape: [rows.length, length] },
    ends: { data: new BigInt64Array(rows.length), shape: [rows.length, 1] },
  };
  return pipeline.run(role, feeds, expected);
}

async function outputs(
  golden: GoldenCase,
  call: Call,
  pipeline: Pipeline,
  role: TextRole,
  want: string,
): Promise<Record<string, Tensor> | null> {
  const rows = rowsOf(golden.input(call.ids));
  const at = (name: string): string => `${call.name}.${name}`;
  if (want === 'hidden') {
    const names = golden.outputNames
      .filter((name) => name.startsWith(at('hidden.')))
      .map((name) => name.slice(call.name.length + 1));
    const results = await hiddenStates(pipeline, role, rows, names);
    return Object.fromEntries(names.map((name) => [at(name), results[name] as Tensor]));
  }
  const skip = CLIP_SKIPS[want] ?? Number(/^skip(\d+)$/.exec(want)?.[1] ?? NaN);
  if (Number.isNaN(skip)) return null;
  const { hidden, pooled } = await pipeline.encodeText(role, rows, skip);
  if (want === 'pooled') return pooled && { [at(want)]: pooled };
  const [n = 0, t = 0, d = 0] = hidden.shape;
  return { [at(want)]: want === 'joined' ? tensor(hidden.data, [1, n * t, d]) : hidden };
}

async function checkCall(golden: GoldenCase, call: Call): Promise<Check> {
  const pipeline = await openModel(golden, call.model);
  if ('missing' in pipeline) return unknown(call.name, pipeline.missing);
  const role = ROLES[call.encoder];
  if (role === undefined) return unknown(call.name, `encoder ${call.encoder}`);
  const comparisons: Comparison[] = [];
  for (const want of call.want) {
    const results = await outputs(golden, call, pipeline, role, want);
    if (results === null) return unknown(call.name, `output ${want}`);
    for (const [name, value] of Object.entries(results))
      comparisons.push(compare(name, value, golden.stored(name), golden.bound));
  }
  return checkOf(call.name, comparisons);
}

export const text: Kind = {
  run: 'text',
  check: async (golden) => {
    const { calls } = golden.json as unknown as { calls: readonly Call[] };
    const checks: Check[] = [];
    for (const call of calls) checks.push(await checkCall(golden, call));
    return checks;
  },
};
