/**
 * The golden cases of fixtures/ in `npm test`, through the same runner as `npm run golden`; and the proof that the
 * runner notices a wrong number.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { manifestText } from '../support/formula-weights.ts';
import { fidelityPage } from './fidelity.ts';
import { kinds } from './kinds/index.ts';
import { findCases, runGolden } from './runner.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/golden');

async function run(path: string) {
  const lines: string[] = [];
  const report = await runGolden([path], kinds, (line) => lines.push(line));
  return { report, lines, misses: lines.filter((line) => line.startsWith('FAIL')) };
}

describe('golden cases', () => {
  it.each(findCases(FIXTURES).map((folder) => folder.slice(FIXTURES.length + 1)))(
    '%s agrees with its reference',
    async (folder) => {
      const { report, misses } = await run(join(FIXTURES, folder));
      expect(misses).toEqual([]);
      expect(report.passed).toBeGreaterThan(0);
    },
  );
});

describe('the golden runner', () => {
  let scratch = '';
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'easel-golden-test-'));
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  /** A copy of a case in which one stored float32 was changed by a hundredth of itself, and a bit. */
  function perturbed(name: string, tensor: string): string {
    const folder = join(scratch, name.replace('/', '-'));
    cpSync(join(FIXTURES, name), folder, { recursive: true });
    const path = join(folder, 'io.safetensors');
    const file = readFileSync(path);
    const headerLength = Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    const at = 8 + headerLength + (header[tensor]?.data_offsets[0] ?? NaN);
    file.writeFloatLE(file.readFloatLE(at) * 1.01 + 0.01, at);
    writeFileSync(path, file);
    return folder;
  }

  it.each([
    ['samplers/k-euler', 'a.state.3'],
    ['samplers/k-euler-ancestral', 'b.noise.1'],
    ['samplers/schedules', 'karras.sd.20'],
    ['samplers/timesteps', 'EulerDiscreteScheduler.linspace.10.sigmas'],
    ['samplers/diffusers-ddim', 'eta0.step.4'],
    ['rng/torch-cpu', 'seed42.0'],
    ['lora/sd15_diffusers_formats', 'eps.peft.0.8'],
    ['lora/lcm_lora', 'latents.cfg1.8'],
    ['adapters/hypernetwork_sd15', 'eps.weight0.5'],
    ['embeddings/textual_inversion', 'text.ti-card.png'],
    ['embeddings/prompt_a1111_sdxl', 'context.up'],
    ['embeddings/prompt_compel_sd15', 'context.down'],
  ])('fails %s when one number of %s is wrong', async (name, tensor) => {
    const { misses } = await run(perturbed(name, tensor));
    expect(misses).toHaveLength(1);
    expect(misses[0]).toContain(tensor.split('.')[0]);
  });

  const SAMPLER_CASES = findCases(join(FIXTURES, 'samplers')).map((folder) => folder.slice(FIXTURES.length + 1));

  it.each(SAMPLER_CASES)('looks at every expected number of %s, or says why not', async (name) => {
    const { report } = await run(join(FIXTURES, name));
    expect(report.cases.flatMap(({ unread }) => unread)).toEqual([]);
    expect(report.unknown).toBe(0);
  });

  it.each(SAMPLER_CASES)('fails every call of %s when all its numbers are a hundredth off', async (name) => {
    const folder = join(scratch, `off-${name.replace('/', '-')}`);
    cpSync(join(FIXTURES, name), folder, { recursive: true });
    const path = join(folder, 'io.safetensors');
    const file = readFileSync(path);
    const start = 8 + Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, { data_offsets?: [number, number] }>;
    for (const [tensor, { data_offsets: [from, to] = [0, 0] }] of Object.entries(header)) {
      if (tensor === 'x') continue;
      for (let at = start + from; at < start + to; at += 4) {
        file.writeFloatLE(file.readFloatLE(at) * 1.01 + 0.01, at);
      }
    }
    writeFileSync(path, file);
    const { report } = await run(folder);
    expect(report.passed).toBe(0);
    expect(report.failed).toBeGreaterThan(0);
  });

  it.each(SAMPLER_CASES.filter((name) => /\/(k|diffusers)-/.test(name)))(
    'fails every call of %s when the network is another one',
    async (name) => {
      const folder = join(scratch, `other-${name.replace('/', '-')}`);
      cpSync(join(FIXTURES, name), folder, { recursive: true });
      const path = join(folder, 'case.json');
      const json = JSON.parse(readFileSync(path, 'utf8')) as { denoiser: { b: number } };
      json.denoiser.b *= 1.01;
      writeFileSync(path, JSON.stringify(json));
      expect((await run(folder)).report.passed).toBe(0);
    },
  );

  it('fails a network when one of its weights is wrong', async () => {
    const folder = join(scratch, 'weights');
    for (const part of ['unet-sd15', 'models']) {
      cpSync(join(FIXTURES, 'core', part), join(folder, part), { recursive: true });
    }
    const path = join(folder, 'models/sd15.manifest.json');
    const manifest = manifestText(path);
    // The mean of one bias, from 0 to a hundredth.
    const changed = manifest.replace(/(\["model\.diffusion_model\.out\.2\.bias","F16",\[4\],)0\.0,/, '$10.01,');
    expect(changed).not.toBe(manifest);
    writeFileSync(path, changed);
    const { misses } = await run(join(folder, 'unet-sd15'));
    expect(misses[0]).toContain('out.0');
  });

  it('fails a real file of which a tensor has another shape, and one that is something else', async () => {
    const folder = join(scratch, 'full');
    cpSync(join(FIXTURES, 'core/full'), folder, { recursive: true });
    const change = (name: string, from: RegExp | string, to: string): void => {
      const path = join(folder, `${name}.manifest.json`);
      const text = manifestText(path);
      expect(text.replace(from, to)).not.toBe(text);
      writeFileSync(path, text.replace(from, to));
    };
    // As many parameters, another shape.
    change(
      'sd15',
      '"model.diffusion_model.time_embed.0.weight","F16",[1280,320]',
      '"model.diffusion_model.time_embed.0.weight","F16",[320,1280]',
    );
    writeFileSync(join(folder, 'sdxl-vae.manifest.json'), manifestText(join(folder, 'taesd_decoder.manifest.json')));
    const { misses, report } = await run(folder);
    expect(misses.map((line) => line.split(' ')[1])).toEqual([
      expect.stringContaining('sd15'),
      expect.stringContaining('sdxl-vae'),
    ]);
    expect(report.passed).toBe(16);
  });

  it('fails the tokenizer when one id is wrong', async () => {
    const folder = join(scratch, 'tokenizer');
    cpSync(join(FIXTURES, 'tokenizer/clip'), folder, { recursive: true });
    const path = join(folder, 'strings.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('[49406,2368,49407]', '[49406,2369,49407]'));
    expect((await run(folder)).misses[0]).toContain('"cat"');
  });

  it('counts a case of a kind it does not know as unknown, never as passed', async () => {
    const folder = mkdtempSync(join(scratch, 'unknown-'));
    writeFileSync(join(folder, 'case.json'), '{"run": "dowsing", "tolerance": {"max_abs_over_std": 1}}');
    const { report, lines } = await run(folder);
    expect(report).toMatchObject({ passed: 0, failed: 0, unknown: 1 });
    expect(lines[0]).toContain('unknown kind dowsing');
  });

  it('fails a case that cannot be read, and goes on with the others', async () => {
    const folder = mkdtempSync(join(scratch, 'broken-'));
    cpSync(join(FIXTURES, 'samplers/k-euler'), join(folder, 'good'), { recursive: true });
    cpSync(join(FIXTURES, 'samplers/k-euler'), join(folder, 'bad'), { recursive: true });
    writeFileSync(join(folder, 'bad/case.json'), '{');
    const { report } = await run(folder);
    expect(report.failed).toBe(1);
    expect(report.passed).toBeGreaterThan(0);
  });

  it('writes a page that names what was missed, by how much, and what was not run', async () => {
    const folder = mkdtempSync(join(scratch, 'page-'));
    cpSync(join(FIXTURES, 'samplers/k-heun'), join(folder, 'samplers/good'), { recursive: true });
    cpSync(perturbed('samplers/k-euler', 'a.state.3'), join(folder, 'samplers/bad'), { recursive: true });
    mkdirSync(join(folder, 'odd/strange'), { recursive: true });
    writeFileSync(join(folder, 'odd/strange/case.json'), '{"run": "dowsing"}');
    const page = fidelityPage((await run(folder)).report);
    expect(page).toContain('| samplers | 2 | 3 | 1 | 0 |');
    expect(page).toMatch(
      /\| good \| k-diffusion sample_heun \[k-diffusion [\d.a-z]+\] \| 2 \| \S+ \(.+\) \| 2\.0e-5 \|/,
    );
    expect(page).toMatch(/\| bad \| .* \| \*\*1 of 2\*\* \| .* \(a \(state\.3\)\) \| 2\.0e-5 \|/);
    expect(page).toContain('| odd/strange/dowsing | unknown kind dowsing |');
  });

  it('takes a single case.json as well as a folder, wherever it lies', async () => {
    const folder = mkdtempSync(join(scratch, 'single-'));
    for (const file of ['case.json', 'io.safetensors']) {
      const source = join(FIXTURES, 'samplers/k-heun', file);
      if (existsSync(source)) copyFileSync(source, join(folder, file));
    }
    expect((await run(join(folder, 'case.json'))).report.passed).toBe(2);
  });

  it('refuses a path where nothing is', async () => {
    await expect(run(join(scratch, 'nowhere'))).rejects.toThrow('no such file or folder');
  });
});
