/** The command line as a process: what it prints, how it ends, and that an interrupted one leaves nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { contentOf, readWeightFile } from '../support/weight-file.ts';
import { safetensors } from '../support/write-safetensors.ts';
import { name, reduce } from '../support/write-pickle.ts';
import { torchZip } from '../support/write-torch.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MANIFEST = join(ROOT, 'fixtures/golden/core/models/sd15.manifest.json');
const LORA = join(ROOT, 'fixtures/golden/lora/sd15_kinds/lora.manifest.json');
const ENTRY = join(ROOT, 'engine/src/cli/easel.ts');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-command-'));
  writeFormulaCheckpoint(readManifest(MANIFEST), join(folder, 'plain.safetensors'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const argumentsOf = (...words: string[]): string[] => ['--import', 'tsx', ENTRY, folder, folder, ...words];

function easel(...words: string[]): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, argumentsOf(...words), {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, out: stdout, error: stderr };
}

const TIMEOUT = 120_000;

describe('easel', { timeout: TIMEOUT }, () => {
  it('tells family, evidence, numbers and hashes of a file', () => {
    const { status, out } = easel('inspect', 'plain.safetensors', '--json');
    expect(status).toBe(0);
    const bytes = readFileSync(join(folder, 'plain.safetensors'));
    const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    const sha256 = digest(bytes);
    expect(JSON.parse(out)).toMatchObject({
      family: 'stable-diffusion-1',
      format: 'safetensors',
      findings: [{ about: 'family', evidence: expect.stringMatching(/\w/) }, {}, {}],
      dtypes: [{ name: 'F16', tensors: readWeightFile(join(folder, 'plain.safetensors')).tensors.size }],
      hashes: {
        sha256,
        autoV2: sha256.slice(0, 10),
        autoV3: digest(bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)))).slice(0, 12),
        short: digest(bytes.subarray(0x100000, 0x110000)).slice(0, 8),
      },
    });
    expect(easel('inspect', 'plain.safetensors').out).toContain('Stable Diffusion 1');
  });

  it('tells a LoRA and an embedding for what they are', () => {
    const lora = easel('inspect', join(ROOT, 'models/loras/easel-demo-riso.safetensors'), '--json');
    expect(JSON.parse(lora.out)).toMatchObject({
      kind: 'a LoRA (locon) of rank 1 to 8 for unet',
      findings: [{ about: 'base', value: 'sd1', evidence: 'ss_base_model_version says sd_v1' }],
    });
    const embedding = easel('inspect', join(ROOT, 'models/embeddings/easel-demo-mira.safetensors'));
    expect(embedding.out).toContain('a textual inversion of 6 vectors');
    expect(embedding.out).toContain('models/embeddings');
  });

  it('converts, and finds nothing wrong with the result', () => {
    const made = easel('convert', 'plain.safetensors', 'made', '--form', 'diffusers');
    expect(made).toMatchObject({ status: 0, error: '' });
    expect(easel('verify', 'made')).toMatchObject({ status: 0, out: expect.stringContaining('sound') });
    expect(easel('convert', 'made', 'back')).toMatchObject({ status: 0 });
    expect(easel('convert', 'back.safetensors', 'half', '--precision', 'bf16')).toMatchObject({ status: 0 });
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, 'back.safetensors')))
      .digest('hex');
    const recipe = JSON.parse(readWeightFile(join(folder, 'half.safetensors')).metadata['easel.recipe'] ?? '');
    expect(recipe).toMatchObject({ sources: [{ name: 'back.safetensors', sha256: hash }] });
    const { metadata } = readWeightFile(join(folder, 'back.safetensors'));
    expect(JSON.parse(metadata['easel.recipe'] ?? '').sources).toEqual([{ name: 'made', sha256: null }]);
    const content = (file: string): object => contentOf(readWeightFile(join(folder, file)).tensors);
    expect(content('back.safetensors')).toEqual(content('plain.safetensors'));
  });

  it('bakes a LoRA of the studio in, by its name', () => {
    mkdirSync(join(folder, 'loras'));
    writeFormulaCheckpoint(readManifest(LORA), join(folder, 'loras/style.safetensors'));
    expect(easel('convert', 'plain.safetensors', 'styled', '--lora', 'style:0.5')).toMatchObject({
      status: 0,
      error: '',
    });
    const { tensors, metadata } = readWeightFile(join(folder, 'styled.safetensors'));
    expect(JSON.parse(metadata['easel.recipe'] ?? '')).toMatchObject({
      loras: [{ model: 'style', weight: 0.5 }],
      sources: [{ name: 'plain.safetensors' }, { name: 'style', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    const [before, after] = [contentOf(readWeightFile(join(folder, 'plain.safetensors')).tensors), contentOf(tensors)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after).not.toEqual(before);
    expect(easel('verify', 'styled.safetensors')).toMatchObject({ status: 0 });
  });

  it('names what is wrong with a file, and ends with 1', () => {
    const { tensors, metadata } = readWeightFile(join(folder, 'plain.safetensors'));
    const bias = 'model.diffusion_model.out.2.bias';
    const broken = new Map(tensors).set(bias, {
      dtype: 'F16',
      shape: [4],
      bytes: Buffer.from('007e007c00000000', 'hex'),
    });
    broken.delete('first_stage_model.decoder.conv_in.bias');
    writeFileSync(join(folder, 'broken.safetensors'), safetensors(broken, metadata));
    const { status, out } = easel('verify', 'broken.safetensors');
    expect(status).toBe(1);
    expect(out).toMatch(/problem: .*decoder\.conv_in\.bias is missing/);
    expect(out).toContain(`1 tensors hold NaN: ${bias}`);
    expect(out).toContain(`1 tensors hold infinity: ${bias}`);
  });

  it('says an error in one line: code, what it is about, a way out', () => {
    writeFileSync(
      join(folder, 'evil.ckpt'),
      torchZip(new Map(), { wrap: () => reduce(name('posix', 'system'), 'touch here') }),
    );
    for (const [words, pattern] of [
      [
        ['inspect', 'evil.ckpt'],
        /^easel: pickle_unsafe \[.*evil\.ckpt\]: .*posix\.system.* Get the model as \.safetensors.*\n$/,
      ],
      [['inspect', 'nothing'], /^easel: model_gone \[.*nothing\]: .*\n$/],
      [
        ['convert', 'plain.safetensors', 'plain.safetensors'],
        /^easel: name_taken \[output\]: .* Choose another name.*\n$/,
      ],
      [['convert', 'plain.safetensors'], /^easel: field_required \[OUTPUT\]: .*\n$/],
    ] as const) {
      const { status, error } = easel(...words);
      expect(status).toBe(1);
      expect(error).toMatch(pattern);
    }
    expect(readdirSync(folder)).not.toContain('here');
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no file under the name when it is ended by %s', async (signal) => {
    const target = `ended-${signal}`;
    const running = spawn(
      process.execPath,
      argumentsOf('convert', 'plain.safetensors', target, '--precision', 'fp32'),
      { cwd: ROOT, stdio: 'ignore' },
    );
    const ended = new Promise<number | null>((resolve) => running.once('exit', resolve));
    while (running.exitCode === null && !readdirSync(folder).some((each) => each.endsWith(`${target}.safetensors`)))
      await new Promise((resolve) => setTimeout(resolve, 2));
    running.kill(signal);
    await ended;
    const there = (): string[] => readdirSync(folder).filter((each) => each.includes(target));
    expect(there().filter((each) => !each.startsWith('.'))).toEqual([]);
    // What a killed one left goes with the next.
    easel('convert', 'plain.safetensors', 'next', '--overwrite');
    expect(there()).toEqual([]);
  });
});
