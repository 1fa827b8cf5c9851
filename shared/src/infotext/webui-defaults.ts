/**
 * What the WebUI adds to the fields of an infotext after reading them: its defaults for absent ones, and old forms
 * rewritten. Programs that ask `png-info` expect these. Our own reading (to-request.ts) does not need them.
 *
 * Rules: /shared/specs metadata 3a.4, 6 to 8.
 */
import type { Infotext } from './read.ts';

const DEFAULTS: Readonly<Record<string, string>> = {
  'Clip skip': '1',
  'Hires resize-1': '0',
  'Hires resize-2': '0',
  'Hires sampler': 'Use same sampler',
  'Hires schedule type': 'Use same scheduler',
  'Hires checkpoint': 'Use same checkpoint',
  'Hires prompt': '',
  'Hires negative prompt': '',
  'Mask mode': 'Inpaint masked',
  'Masked content': 'original',
  'Inpaint area': 'Whole picture',
  'Masked area padding': '32',
  RNG: 'GPU',
  'Schedule type': 'Automatic',
  'Schedule max sigma': '0',
  'Schedule min sigma': '0',
  'Schedule rho': '0',
  'VAE Encoder': 'Full',
  'VAE Decoder': 'Full',
  'FP8 weight': 'Disable',
  'Cache FP16 weight for LoRA': 'False',
  'Refiner switch by sampling steps': 'False',
};

/** The first pass of hires before 2023 had the area of a 512 picture, sides rounded up to 64. */
const FIRST_PASS_AREA = 512 * 512;
const FIRST_PASS_GRID = 64;

const putOldHiresRight = (fields: Map<string, string>): void => {
  const first = [fields.get('First pass size-1'), fields.get('First pass size-2')];
  const size = [Number(fields.get('Size-1') ?? 512), Number(fields.get('Size-2') ?? 512)];
  if (first[0] === undefined || first[1] === undefined) return;
  const scale = Math.sqrt(FIRST_PASS_AREA / ((size[0] as number) * (size[1] as number)));
  const isComputed = Number(first[0]) === 0 || Number(first[1]) === 0;
  for (const [index, side] of size.entries()) {
    const computed = Math.ceil((scale * side) / FIRST_PASS_GRID) * FIRST_PASS_GRID;
    fields.set(`Size-${index + 1}`, isComputed ? String(computed) : (first[index] as string));
    fields.set(`Hires resize-${index + 1}`, String(side));
  }
};

/** Whether a text uses brackets to weigh its words. */
const hasWeights = (text: string): boolean => /(?<!\\)[([]/.test(text);

/** Everything the WebUI's reader would report, `Prompt` and `Negative prompt` among it. */
export function withWebuiDefaults({ prompt, negativePrompt, fields }: Infotext): Map<string, string> {
  const hypernet = fields.get('Hypernet');
  const tag = hypernet === undefined ? '' : `<hypernet:${hypernet}:${fields.get('Hypernet strength') ?? '1.0'}>`;
  const all = new Map([['Prompt', prompt + tag], ['Negative prompt', negativePrompt], ...fields]);
  putOldHiresRight(all);
  for (const [key, value] of Object.entries(DEFAULTS)) if (!all.has(key)) all.set(key, value);
  if (!all.has('Emphasis') && (hasWeights(prompt) || hasWeights(negativePrompt))) all.set('Emphasis', 'Original');
  return all;
}
