/**
 * LoRA and its kin on a U-Net and its text encoders: outputs at several strengths, two files at once, and the change of
 * single weights. One check per file and strength.
 */
import { nameLayers } from '../../../src/adapters/layers.ts';
import { loadAdapter, type LoadedAdapter } from '../../../src/adapters/load-adapter.ts';
import { patchCheckpoint } from '../../../src/adapters/patched-checkpoint.ts';
import { readNumbers } from '../../../src/checkpoint/read-numbers.ts';
import { recogniseCheckpoint, type RecognisedCheckpoint } from '../../../src/families/recognise.ts';
import type { AdapterUse, Pipeline, TextFormat, TextRole } from '../../../src/families/types.ts';
import { toldVector } from '../../../src/families/xl-line.ts';
import { multiplyMatrices } from '../../../src/numeric/matrix.ts';
import { tensor, type Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { openModelFile } from '../networks.ts';
import { paddedRows, rowsOf } from './text.ts';
import type { Kind } from './types.ts';

/** `eps.lora.0.8`, `text.two`, `delta.lora.<module>`. */
const OUTPUT = /^(eps|text|clip_l|clip_g|pooled)\.(.+)$/;
const STRENGTH = /^(.+)\.(-?\d+\.\d+)$/;

/** The two files of `two`, and how strong they are: as the oracle's script has them. */
const TWO: readonly (readonly [unet: number, text: number])[] = [
  [0.8, 0.3],
  [-0.4, 1.0],
];

const ENCODERS: Readonly<Record<string, TextRole>> = {
  text: 'text-encoder',
  clip_l: 'text-encoder',
  clip_g: 'text-encoder-2',
  pooled: 'text-encoder-2',
};

const manifestOf = (name: string): string => `${name}.manifest.json`;

/** What a run's name asks for; null for a convention that is not ours. */
function usesOf(golden: GoldenCase, run: string): readonly AdapterUse[] | null {
  const strongly = (name: string, unetWeight: number, textWeight: number): AdapterUse => ({
    file: golden.file(manifestOf(name)),
    unetWeight,
    textWeight,
    rankLimit: null,
  });
  if (run === 'none') return [];
  if (run === 'two') {
    const names = Object.keys(golden.json.files ?? {}).map((file) => file.replace('.manifest.json', ''));
    const both = ['lora', 'locon'].every((name) => names.includes(name))
      ? ['lora', 'locon']
      : names.filter((name) => name !== 'base').slice(0, 2);
    return both.map((name, i) => strongly(name, ...(TWO[i] as readonly [number, number])));
  }
  const [, name, strength] = STRENGTH.exec(run) ?? [];
  return name === undefined ? null : [strongly(name, Number(strength), Number(strength))];
}

async function outputOf(golden: GoldenCase, pipeline: Pipeline, kind: string): Promise<Tensor> {
  if (kind === 'eps') {
    const names = Object.keys(golden.json.inputs ?? {});
    const vector = names.includes('text_embeds')
      ? toldVector(golden.input('text_embeds'), rowsOf(golden.input('time_ids')))
      : null;
    const sample = golden.input('sample');
    const timestep = tensor(new Float32Array(sample.shape[0] ?? 1).fill(golden.input('timestep').data[0] ?? 0), [
      sample.shape[0] ?? 1,
    ]);
    return (
      await pipeline.run(
        'unet',
        { sample, timestep, context: golden.input('context'), ...(vector === null ? {} : { vector }) },
        ['out'],
      )
    )['out'] as Tensor;
  }
  const role = ENCODERS[kind] as TextRole;
  const rows = paddedRows(golden.input('ids'), pipeline.facts.text[role] as TextFormat);
  const { hidden, pooled } = await pipeline.encodeText(role, rows, 1);
  return kind === 'pooled' ? (pooled as Tensor) : hidden;
}

/** The first rows of a table, as many as the case has stored. */
function firstTokens({ data, shape: [n = 1, , d = 0] }: Tensor, tokens: number): Tensor {
  return tensor(data.slice(0, tokens * d), [n, tokens, d]);
}

async function checkRun(golden: GoldenCase, pipeline: Pipeline, run: string, kinds: string[]): Promise<Check> {
  const uses = usesOf(golden, run);
  if (uses === null)
    return unknown(run, 'another program reads these files differently; see the oracle on conventions');
  await pipeline.adapt(uses);
  const comparisons: Comparison[] = [];
  for (const kind of kinds) {
    const expected = golden.stored(`${kind}.${run}`);
    const made = await outputOf(golden, pipeline, kind);
    const fitted = kind === 'eps' || kind === 'pooled' ? made : firstTokens(made, expected.shape[1] ?? 0);
    comparisons.push(compare(`${kind}.${run}`, fitted, expected, golden.bound));
  }
  return checkOf(run, comparisons);
}

/** The change of one weight at strength 1, its first rows. */
async function checkChange(golden: GoldenCase, checkpoint: RecognisedCheckpoint, output: string): Promise<Check> {
  const [, name = '', module = ''] = /^delta\.([^.]+)\.(.+)$/.exec(output) ?? [];
  const names = nameLayers(checkpoint.family.reads(checkpoint.header, checkpoint.sidecar));
  const layer = names.get(`unet.${module}`);
  if (layer === undefined) return unknown(output, `no layer ${module}`);
  const adapter = await loadAdapter(golden.file(manifestOf(name)), names);
  const expected = golden.stored(output);
  const change = branchChange(adapter, layer.path) ?? (await patchChange(adapter, checkpoint, layer.weight.name));
  const made = tensor(change.slice(0, expected.data.length), expected.shape);
  return checkOf(output, [compare(output, made, expected, golden.bound)]);
}

function branchChange({ branches }: LoadedAdapter, path: string): Float32Array | null {
  const branch = branches.get(path);
  if (branch === undefined) return null;
  const { up, down, rank, scale } = branch.lowRank;
  return multiplyMatrices(up, down, up.length / rank, rank, down.length / rank).map((value) => value * scale);
}

async function patchChange(
  adapter: LoadedAdapter,
  { header }: RecognisedCheckpoint,
  name: string,
): Promise<Float32Array> {
  const before = await readNumbers(header.tensors.get(name)!, header.file);
  const patched = await patchCheckpoint(header, [{ adapter, textWeight: 1, unetWeight: 1 }]);
  const after = await readNumbers(patched.header.tensors.get(name)!, patched.header.file);
  await patched.release();
  return after.data.map((value, i) => value - (before.data[i] as number));
}

export const lora: Kind = {
  run: 'lora/s',
  check: async (golden) => {
    const file = golden.file('base.manifest.json');
    const pipeline = await openModelFile(file);
    if ('missing' in pipeline) return [unknown('base', pipeline.missing)];
    const runs = new Map<string, string[]>();
    for (const output of golden.outputNames) {
      const [, kind, run] = OUTPUT.exec(output) ?? [];
      if (kind !== undefined && run !== undefined) runs.set(run, [...(runs.get(run) ?? []), kind]);
    }
    const checks: Check[] = [];
    for (const [run, kinds] of runs) checks.push(await checkRun(golden, pipeline, run, kinds));
    await pipeline.adapt([]);
    const checkpoint = await recogniseCheckpoint(file);
    for (const output of golden.outputNames.filter((name) => name.startsWith('delta.')))
      checks.push(await checkChange(golden, checkpoint, output));
    return checks;
  },
};
