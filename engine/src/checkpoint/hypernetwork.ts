/**
 * A hypernetwork's file as layers: small networks that change what an attention makes keys and values of. Reads no
 * numbers.
 *
 * @source the WebUI's modules/hypernetworks: a pair of state dictionaries for each width, and what they are built like
 */
import { CheckpointError } from '@easel/shared/errors';
import { basename } from 'node:path';

import type { CheckpointHeader } from './header.ts';

/** Names as files have them; torch's, in lower case. */
export const HYPERNETWORK_ACTIVATIONS = [
  'relu',
  'leakyrelu',
  'elu',
  'swish',
  'hardswish',
  'tanh',
  'sigmoid',
  'gelu',
  'silu',
  'mish',
  'softsign',
  'softplus',
  'selu',
] as const;
export type HypernetworkActivation = (typeof HYPERNETWORK_ACTIVATIONS)[number];

export type HypernetworkLayer =
  /** `name`: of its tensors, without `.weight` and `.bias`. */
  | { readonly kind: 'linear'; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: 'norm'; readonly name: string; readonly width: number }
  | { readonly kind: 'activation'; readonly activation: HypernetworkActivation };

export interface Hypernetwork {
  readonly header: CheckpointHeader;
  /** By the width of what goes in: for keys, and for values. */
  readonly parts: ReadonlyMap<
    number,
    readonly [keys: readonly HypernetworkLayer[], values: readonly HypernetworkLayer[]]
  >;
}

/** `768.0.linear.2.weight`; before layers were counted, `768.0.linear1.weight`. */
const TENSOR = /^((\d+)\.([01])\.linear\.?(\d+))\.(weight|bias)$/;
/** Real ones have up to seven. */
const MOST_LAYERS = 64;

/** @throws model_invalid when it is none; model_unsupported for an activation nobody knows */
export function readHypernetwork(header: CheckpointHeader): Hypernetwork {
  const parts = new Map<number, [HypernetworkLayer[], HypernetworkLayer[]]>();
  const stated = (key: string): unknown => header.notes?.get(key) ?? header.metadata.get(key);
  const activation = activationOf(header, stated('activation_func'));
  // Older files do not say it and have it.
  const activatesOutput = ![false, 'false'].includes((stated('activate_output') ?? true) as boolean);
  for (const [width, tables] of tablesOf(header)) {
    const both = tables.map((table) => layersOf(header, width, table, activation, activatesOutput));
    parts.set(width, both as [HypernetworkLayer[], HypernetworkLayer[]]);
  }
  if (parts.size === 0) throw damaged(header, 'it has no layers of a hypernetwork');
  return { header, parts };
}

type Table = Map<number, { readonly name: string; readonly shape: readonly number[] }>;

function tablesOf(header: CheckpointHeader): Map<number, [Table, Table]> {
  const tables = new Map<number, [Table, Table]>();
  for (const { name: tensor, shape } of header.tensors.values()) {
    const [, name = '', width, part, index, leaf] = TENSOR.exec(tensor) ?? [];
    if (width === undefined || leaf !== 'weight') continue;
    const pair = tables.get(Number(width)) ?? [new Map(), new Map()];
    tables.set(Number(width), pair);
    pair[Number(part) as 0 | 1].set(Number(index), { name, shape });
  }
  return tables;
}

function layersOf(
  header: CheckpointHeader,
  width: number,
  table: Table,
  activation: HypernetworkActivation | null,
  activatesOutput: boolean,
): HypernetworkLayer[] {
  const ordered = [...table].toSorted(([a], [b]) => a - b).map(([, each]) => each);
  const matrices = ordered.filter(({ shape }) => shape.length === 2);
  if (matrices.length === 0 || ordered.length > MOST_LAYERS)
    throw damaged(header, `its part for width ${width} is not complete`);
  const layers: HypernetworkLayer[] = [];
  let from = width;
  for (const { name, shape } of ordered) {
    const [to = 0, own = to] = shape;
    if (shape.length === 1) layers.push({ kind: 'norm', name, width: to });
    else layers.push({ kind: 'linear', name, from: own, to });
    if (own !== from) throw damaged(header, `${name} reads ${own} numbers and gets ${from}`);
    from = to;
    const isLast = name === matrices.at(-1)?.name;
    if (shape.length === 2 && activation !== null && (!isLast || activatesOutput))
      layers.push({ kind: 'activation', activation });
  }
  if (from !== width) throw damaged(header, `its part for width ${width} gives ${from} numbers`);
  return layers;
}

function activationOf(header: CheckpointHeader, stated: unknown): HypernetworkActivation | null {
  if (stated === undefined || stated === null || stated === 'linear') return null;
  const found = HYPERNETWORK_ACTIVATIONS.find((each) => each === stated);
  if (found !== undefined) return found;
  throw new CheckpointError(
    'model_unsupported',
    `${basename(header.file)} is built with the activation ${JSON.stringify(stated).slice(0, 60)}, which Easel does not know.`,
    { file: header.file, limit: HYPERNETWORK_ACTIVATIONS, hint: 'Take it out of the prompt.' },
  );
}

const damaged = (header: CheckpointHeader, problem: string): CheckpointError =>
  new CheckpointError('model_invalid', `${basename(header.file)} is not a readable hypernetwork: ${problem}.`, {
    file: header.file,
    hint: 'A hypernetwork has tensors such as 768.0.linear.0.weight; this may be another kind of file.',
  });
