/** Prompts with weights as the WebUI reads them: ids, weights and what the encoders give, one check for each prompt. */
import { EMPHASES, type Emphasis } from '../../../src/conditioning/emphasis.ts';
import { encodePrompt } from '../../../src/families/prompt.ts';
import type { Pipeline, TextRole } from '../../../src/families/types.ts';
import { tensor, type Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { openModelFile } from '../networks.ts';
import type { Kind } from './types.ts';

interface Config {
  readonly prompts: Readonly<Record<string, { readonly prompt: string }>>;
}

const emphasisOf = (id: string): Emphasis => EMPHASES.find((each) => each.id === id) as Emphasis;

/** What the outputs of a prompt are called, and how each is made. */
const ENCODINGS: readonly { readonly name: string; readonly emphasis: string; readonly clipSkip: number }[] = [
  { name: 'text', emphasis: 'original', clipSkip: 1 },
  { name: 'context', emphasis: 'original', clipSkip: 1 },
  { name: 'text_no_norm', emphasis: 'no-norm', clipSkip: 1 },
  { name: 'context_no_norm', emphasis: 'no-norm', clipSkip: 1 },
  { name: 'text_clip_skip2', emphasis: 'original', clipSkip: 2 },
];
/** Tables of ids by encoder; `ids` and `weights` alone are the first one's. */
const TABLES: Readonly<Record<string, TextRole>> = {
  ids: 'text-encoder',
  weights: 'text-encoder',
  ids_l: 'text-encoder',
  ids_g: 'text-encoder-2',
};

const table = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(Float32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);

async function checkPrompt(golden: GoldenCase, pipeline: Pipeline, name: string, text: string): Promise<Check> {
  const wanted = golden.outputNames.filter((output) => output.endsWith(`.${name}`));
  const comparisons: Comparison[] = [];
  for (const output of wanted) {
    const kind = output.slice(0, -name.length - 1);
    const bound = kind in TABLES ? 1e-6 : golden.bound;
    const made = kind in TABLES ? tableOf(pipeline, text, kind) : await encodingOf(pipeline, text, kind);
    if (made === null) return unknown(name, `output ${kind}`);
    comparisons.push(compare(output, made, golden.stored(output), bound));
  }
  return checkOf(name, comparisons);
}

function tableOf(pipeline: Pipeline, text: string, kind: string): Tensor | null {
  const chunks = pipeline.tokenize(text).chunks[TABLES[kind] as TextRole];
  if (chunks === undefined) return null;
  return table(chunks.map(({ ids, weights }) => (kind === 'weights' ? weights : ids)));
}

async function encodingOf(pipeline: Pipeline, text: string, kind: string): Promise<Tensor | null> {
  if (kind === 'pooled') return (await encodePrompt(pipeline, pipeline.tokenize(text), 1)).pooled;
  const way = ENCODINGS.find((each) => each.name === kind);
  if (way === undefined) return null;
  const prompt = pipeline.tokenize(text, emphasisOf(way.emphasis));
  return (await encodePrompt(pipeline, prompt, way.clipSkip)).context;
}

export const weightedPrompt: Kind = {
  run: 'embeddings/prompt_a1111',
  check: async (golden) => {
    const { prompts } = (golden.json as unknown as { config: Config }).config;
    const pipeline = await openModelFile(golden.file('base.manifest.json'));
    const checks: Check[] = [];
    for (const [name, { prompt }] of Object.entries(prompts)) {
      checks.push(
        'missing' in pipeline ? unknown(name, pipeline.missing) : await checkPrompt(golden, pipeline, name, prompt),
      );
    }
    return checks;
  },
};
