/**
 * Writes generation parameters as the text A1111's WebUI puts into its pictures, so that other programs read them.
 *
 * Not lossless: nothing in the prompt is escaped, so a prompt may look like a settings line. Our own JSON chunk resolves
 * that (server/src/pictures). Format: /shared/specs metadata 3a.2, learned from the WebUI's output.
 */
import type { RngSource, TextToImageParameters } from '../generation.ts';
import { optionItems } from '../options/text.ts';
import { OPTION_IDS, optionRow } from '../options/values.ts';

/** What stands in the text beside the parameters. */
export interface InfotextFacts {
  /** Name and version of this program, e.g. `Easel 0.1.0`. */
  version: string;
  /** Labels of the sampler and the schedule in the catalogue, e.g. `Euler a`, `Karras`. */
  samplerLabel: string;
  scheduleLabel: string;
  /** Name of the checkpoint file without extension; null = not known, the field is left out. */
  modelName: string | null;
  /** SHA-256 of the checkpoint file in hex, of which ten digits are written; null = not known. */
  modelSha256: string | null;
  /** Further items, before the version: what a sheet shows. */
  beside?: readonly (readonly [key: string, value: string])[];
  /** Names of LoRA as the prompt has them, with 12 digits of each; absent = none is known. */
  loraHashes?: readonly (readonly [name: string, hash: string])[];
  /** The same of embeddings. */
  embeddingHashes?: readonly (readonly [name: string, hash: string])[];
}

type Value = string | number | boolean | null;

/** Digits of a SHA-256 that the WebUI and Civitai look models up by. */
const SHORT_HASH = 10;

/**
 * How the WebUI names our random numbers. It leaves the field out for `GPU`, its default. Ours are the numbers of a GPU
 * computed anywhere, which it calls `NV`: written, since a WebUI without an NVIDIA card would else draw others.
 */
const RNG_NAMES: Record<RngSource, string> = { nv: 'NV', cpu: 'CPU' };

/** What the WebUI writes before the clip skip. */
const SEED_KEYS: ReadonlySet<string> = new Set(
  OPTION_IDS.map(optionRow)
    .filter(({ group }) => group === 'seed')
    .map(({ infotext }) => infotext.key),
);

/** As Python prints it: an exponent has at least two digits. */
const formatNumber = (value: number): string => String(value).replace(/e([+-])(\d)$/, 'e$10$2');

const formatValue = (value: string | number | boolean): string => {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  const text = typeof value === 'number' ? formatNumber(value) : value;
  return /[,:\n]/.test(text) ? JSON.stringify(text) : text;
};

/** `name: digits, name: digits`; a name is written without what separates them. Null where there are none. */
const formatHashes = (hashes: InfotextFacts['loraHashes'] = []): string | null =>
  hashes.length === 0 ? null : hashes.map(([name, hash]) => `${name.replaceAll(/[:,]/g, '')}: ${hash}`).join(', ');

/** The settings line: items without a value are left out, a key that equals its value stands alone. */
export const formatSettings = (items: readonly (readonly [key: string, value: Value])[]): string =>
  items
    .filter((item): item is readonly [string, string | number | boolean] => item[1] !== null)
    .map(([key, value]) => (key === value ? key : `${key}: ${formatValue(value)}`))
    .join(', ');

/**
 * The whole text: prompt, negative prompt, settings, trimmed at both ends.
 *
 * @param parameters of one picture: `seed` is its own, `count` is not written
 */
export function writeInfotext(parameters: TextToImageParameters, facts: InfotextFacts): string {
  const options = optionItems(parameters, parameters.sampler);
  const settings = formatSettings([
    ['Steps', parameters.steps],
    ['Sampler', facts.samplerLabel],
    ['Schedule type', facts.scheduleLabel],
    ['CFG scale', parameters.guidance],
    ['Seed', parameters.seed],
    ['Size', `${parameters.width}x${parameters.height}`],
    ['Model hash', facts.modelSha256?.slice(0, SHORT_HASH) ?? null],
    ['Model', facts.modelName],
    ...options.filter(([key]) => SEED_KEYS.has(key)),
    ['Clip skip', parameters.clipSkip > 1 ? parameters.clipSkip : null],
    ['RNG', RNG_NAMES[parameters.rng]],
    ...options.filter(([key]) => !SEED_KEYS.has(key)),
    ['Template', parameters.template?.prompt || null],
    ['Negative Template', parameters.template?.negativePrompt || null],
    ['Lora hashes', formatHashes(facts.loraHashes)],
    ['TI hashes', formatHashes(facts.embeddingHashes)],
    ...(facts.beside ?? []),
    ['Version', facts.version],
  ]);
  const negative = parameters.negativePrompt === '' ? '' : `\nNegative prompt: ${parameters.negativePrompt}`;
  return `${parameters.prompt}${negative}\n${settings}`.trim();
}
