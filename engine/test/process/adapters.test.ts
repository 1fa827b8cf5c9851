/** LoRA and textual inversions through a real engine: from the job to the picture. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EngineJob } from '@easel/shared/engine';
import { LORA_BLOCKS } from '@easel/shared/prompt/lora-blocks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { appendTensors } from '../support/append-tensors.ts';
import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { writeHypernetwork } from '../support/write-hypernetwork.ts';

const GOLDEN = join(import.meta.dirname, '../../../fixtures/golden');
const LORA = join(GOLDEN, 'lora/sd15_kinds');
const EMBEDDINGS = join(GOLDEN, 'embeddings/textual_inversion');

const folder = mkdtempSync(join(tmpdir(), 'easel-adapters-'));
const fileOf = (name: string): string => join(folder, `${name}.safetensors`);
let engine: EngineProcess;
let jobs = 0;

function jobOf(change: Partial<EngineJob> & { prompt?: string; sampler?: string }): EngineJob {
  const { prompt = 'a cat', sampler = 'euler', ...job } = change;
  return {
    jobId: `job-${++jobs}`,
    checkpoint: fileOf('base'),
    imageIndexes: [0],
    previews: false,
    ...job,
    parameters: {
      type: 'text-to-image',
      prompt,
      negativePrompt: '',
      model: 'base',
      width: 64,
      height: 64,
      steps: 3,
      guidance: 4,
      sampler,
      schedule: 'karras',
      seed: 7,
      count: 1,
      clipSkip: 1,
      rng: 'cpu',
    },
  };
}

async function end(job: EngineJob) {
  engine.send({ type: 'run', job });
  return Promise.race([
    engine.expect('finished', ({ jobId }) => jobId === job.jobId),
    engine.expect('failed', ({ jobId }) => jobId === job.jobId),
  ]);
}

async function picture(change: Parameters<typeof jobOf>[0] = {}): Promise<Buffer> {
  const job = jobOf(change);
  expect(await end(job)).toMatchObject({ type: 'finished' });
  const image = engine.all('image').find(({ jobId }) => jobId === job.jobId);
  return Buffer.from(image?.rgb ?? []);
}

const lora = (name: string, unetWeight: number, textWeight = unetWeight) => ({
  file: fileOf(name),
  unetWeight,
  textWeight,
  rankLimit: null,
});

beforeAll(() => {
  for (const name of ['base', 'lora', 'locon', 'loha', 'ia3']) {
    writeFormulaCheckpoint(readManifest(join(LORA, `${name}.manifest.json`)), fileOf(name));
  }
  appendTensors(fileOf('ia3'), join(LORA, 'ia3.literal.safetensors'));
  engine = new EngineProcess();
});
afterAll(async () => {
  await engine.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('an adapter', () => {
  it.each(['lora', 'locon', 'ia3'])('of kind %s changes the picture, and nothing when it is gone', async (name) => {
    const plain = await picture();
    const once = await picture({ adapters: [lora(name, 0.8)] });
    expect(once.equals(plain)).toBe(false);
    expect((await picture({ adapters: [lora(name, 0.8)] })).equals(once)).toBe(true);
    // Not a bit is left of it: neither in weights nor in branches that are fed nothing.
    expect((await picture({ adapters: [lora(name, 0)] })).equals(plain)).toBe(true);
    expect((await picture()).equals(plain)).toBe(true);
  });

  it('may be used on the text alone, twice, or beside another', async () => {
    const plain = await picture();
    const text = await picture({ adapters: [lora('lora', 0, 1)] });
    expect(text.equals(plain)).toBe(false);
    const both = await picture({ adapters: [lora('lora', 0, 1), lora('loha', 0.5)] });
    expect(both.equals(text)).toBe(false);
    // 0.4 and 0.4 of the same are 0.8 of it, but for the last bits.
    const twice = await picture({ adapters: [lora('lora', 0.4), lora('lora', 0.4)] });
    const once = await picture({ adapters: [lora('lora', 0.8)] });
    const worst = twice.reduce((most, byte, i) => Math.max(most, Math.abs(byte - (once[i] as number))), 0);
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('counts at the steps it is told, and there only', async () => {
    const plain = await picture();
    const always = await picture({ adapters: [lora('lora', 0.8, 0)] });
    const during = (start: number | null, stop: number | null): Promise<Buffer> => {
      const mark = (value: number | null) => (value === null ? null : { unit: 'step' as const, value });
      return picture({ adapters: [{ ...lora('lora', 0.8, 0), steps: { start: mark(start), stop: mark(stop) } }] });
    };
    // Three steps: all of them, none, and each way of leaving some out.
    expect((await during(1, 4)).equals(always)).toBe(true);
    expect((await during(4, null)).equals(plain)).toBe(true);
    expect((await during(null, 1)).equals(plain)).toBe(true);
    const [early, late] = [await during(null, 2), await during(2, null)];
    for (const other of [plain, always, late]) expect(early.equals(other)).toBe(false);
    for (const other of [plain, always]) expect(late.equals(other)).toBe(false);
    // The next job knows nothing of it.
    expect((await picture()).equals(plain)).toBe(true);
  });

  it('that changes weights cannot come and go, and says so', async () => {
    const steps = { start: { unit: 'share' as const, value: 0.5 }, stop: null };
    const answer = await end(jobOf({ adapters: [{ ...lora('loha', 1), steps }] }));
    expect(answer).toMatchObject({
      type: 'failed',
      error: { code: 'not_allowed', message: expect.stringMatching(/LoHa/) },
    });
  });

  it.each(['lora', 'loha'])('of kind %s counts in each block as it is told', async (name) => {
    const [ones, zeros] = [LORA_BLOCKS.map(() => 1), LORA_BLOCKS.map(() => 0)];
    const only = (letters: string): number[] => LORA_BLOCKS.map((block) => (block.startsWith(letters) ? 1 : 0));
    const made = (blocks: number[], weight = 0.8): Promise<Buffer> =>
      picture({ adapters: [{ ...lora(name, weight), blocks }] });
    const whole = await picture({ adapters: [lora(name, 0.8)] });
    expect((await made(ones)).equals(whole)).toBe(true);
    expect((await made(zeros)).equals(await picture())).toBe(true);
    expect((await made(ones.map(() => 0.5))).equals(await picture({ adapters: [lora(name, 0.4)] }))).toBe(true);
    expect((await made(only('BASE'))).equals(await picture({ adapters: [lora(name, 0, 0.8)] }))).toBe(true);
    if (name !== 'lora') return;
    const parts = [await made(only('IN')), await made(only('MID')), await made(only('OUT')), whole];
    for (const [i, one] of parts.entries())
      for (const other of parts.slice(i + 1)) expect(one.equals(other)).toBe(false);
  });

  it('for nothing in this model is refused, and the next job runs', async () => {
    const answer = await end(jobOf({ adapters: [lora('base', 1)] }));
    expect(answer).toMatchObject({ type: 'failed', error: { code: 'model_incompatible' } });
    await picture();
  });
});

describe('a hypernetwork', () => {
  const file = join(folder, 'hyper.pt');
  const used = (...weights: number[]) => picture({ hypernetworks: weights.map((weight) => ({ file, weight })) });
  beforeAll(() => {
    const manifest = join(GOLDEN, 'adapters/hypernetwork_sd15/hypernetwork.manifest.json');
    writeHypernetwork(readManifest(manifest), { activation_func: 'relu', activate_output: false }, file);
  });

  it('changes the picture by its strength, and nothing at 0 or when it is gone', async () => {
    const plain = await picture();
    const [half, whole] = [await used(0.5), await used(1)];
    expect(new Set([plain, half, whole].map((each) => each.toString('base64'))).size).toBe(3);
    expect((await used(0.5)).equals(half)).toBe(true);
    expect((await used(0)).equals(plain)).toBe(true);
    expect((await used(1, 0.5)).equals(whole)).toBe(false);
    expect((await picture()).equals(plain)).toBe(true);
  });

  it('goes beside a LoRA', async () => {
    const both = await picture({ hypernetworks: [{ file, weight: 1 }], adapters: [lora('lora', 0.8)] });
    expect(both.equals(await used(1))).toBe(false);
    expect(both.equals(await picture({ adapters: [lora('lora', 0.8)] }))).toBe(false);
  });

  it('for widths this model does not have, or that is none, is refused', async () => {
    const tiny = join(GOLDEN, '../files/hypernetworks/relu.pt');
    const refusal = async (path: string) => end(jobOf({ hypernetworks: [{ file: path, weight: 1 }] }));
    expect(await refusal(tiny)).toMatchObject({ type: 'failed', error: { code: 'model_incompatible' } });
    expect(await refusal(fileOf('lora'))).toMatchObject({ type: 'failed', error: { code: 'model_invalid' } });
    await picture();
  });
});

describe('a textual inversion', () => {
  const embedding = (file: string) => [{ name: 'charm', file: join(EMBEDDINGS, file) }];

  it('counts where its name stands in a prompt, and nowhere else', async () => {
    const words = await picture({ prompt: 'a charm cat' });
    const charmed = await picture({ prompt: 'a charm cat', embeddings: embedding('a1111.pt') });
    expect(charmed.equals(words)).toBe(false);
    expect((await picture({ embeddings: embedding('a1111.pt') })).equals(await picture())).toBe(true);
    const weighted = await picture({ prompt: 'a (charm:1.4) cat', embeddings: embedding('a1111.pt') });
    expect(weighted.equals(charmed)).toBe(false);
  });

  it('of another width is read as words, and said', async () => {
    const words = await picture({ prompt: 'a charm cat' });
    const skipped = await picture({ prompt: 'a charm cat', embeddings: embedding('wrong-width.safetensors') });
    expect(skipped.equals(words)).toBe(true);
    expect(engine.all('log').some(({ message }) => message.includes('charm is read as words'))).toBe(true);
  });
});

describe('a prompt over the steps', () => {
  it('changes where it says so, alternates, and joins by weight', async () => {
    const cat = await picture({ prompt: 'a cat' });
    expect((await picture({ prompt: '[a cat:a dog:3]' })).equals(cat)).toBe(true);
    const switched = await picture({ prompt: '[a cat:a dog:1]' });
    expect(switched.equals(cat)).toBe(false);
    expect((await picture({ prompt: '[a dog|a cat]' })).equals(switched)).toBe(false);
    const joined = await picture({ prompt: 'a cat AND a dog :0.5' });
    expect(joined.equals(cat)).toBe(false);
    expect((await picture({ prompt: 'a cat # AND a dog' })).equals(cat)).toBe(true);
  });
});

describe('the texts of prompts', () => {
  const encoded = async (change: Parameters<typeof jobOf>[0]): Promise<number> => {
    const job = jobOf(change);
    expect(await end(job)).toMatchObject({ type: 'finished' });
    const measured = engine.all('measured').find(({ jobId }) => jobId === job.jobId);
    return measured?.measured.stages.text?.runs ?? 0;
  };
  const long = (end: string): string => `${'a cat in the garden, '.repeat(20)}${end}`;

  it('are encoded once, chunk by chunk, until something that reads them changes', async () => {
    const charm = [{ name: 'charm', file: join(EMBEDDINGS, 'a1111.pt') }];
    // The empty negative prompt is known from the pictures before.
    expect(await encoded({ prompt: long('at dawn') })).toBe(2);
    expect(await encoded({ prompt: long('at dawn') })).toBe(0);
    expect(await encoded({ prompt: long('at night') })).toBe(1);
    expect(await encoded({ prompt: '[a quiet hill:a loud hill:2]' })).toBe(2);
    // Its strength in the U-Net is none of their business.
    expect(await encoded({ prompt: 'a quiet hill', adapters: [lora('lora', 0.8, 0)] })).toBe(0);
    expect(await encoded({ prompt: 'a quiet hill', adapters: [lora('lora', 0.8, 0.3)] })).toBe(2);
    expect(await encoded({ prompt: 'a quiet hill', embeddings: charm })).toBe(0);
    expect(await encoded({ prompt: 'a charm hill' })).toBe(1);
    expect(await encoded({ prompt: 'a charm hill', embeddings: charm })).toBe(1);
  });
});
