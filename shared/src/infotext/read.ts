/**
 * Reads the text other programs put into their pictures: prompt, negative prompt and settings, as the WebUI reads it.
 *
 * It understands the form, not the meaning: to-request.ts turns fields into a request. Whatever the text is, it is read
 * without an error. Rules: /shared/specs metadata 3a.4, 1 to 5, with brackets kept together (scan-settings.ts).
 */
import { scanSettings } from './scan-settings.ts';

/** A model, LoRA or embedding that Civitai's generator names; its fields as they were written. */
export type CivitaiResource = Readonly<Record<string, unknown>>;

export interface Infotext {
  prompt: string;
  /** Empty when there is none. */
  negativePrompt: string;
  /** Settings in the order of the text, unquoted; `Size: 512x768` stands as `Size-1` and `Size-2`. */
  fields: ReadonlyMap<string, string>;
  /** Contents of `Hashes`: `model`, `vae`, `lora:<name>`, `embed:<name>`. */
  hashes: ReadonlyMap<string, string>;
  /** Contents of `Lora hashes` and of `TI hashes`: digits by name, as far as they are any. */
  loraHashes: ReadonlyMap<string, string>;
  embeddingHashes: ReadonlyMap<string, string>;
  /** Contents of `Civitai resources`. */
  resources: readonly CivitaiResource[];
  /** `Model hash` has the eight digits of the WebUI before November 2022, which are not the beginning of a SHA-256. */
  hasLegacyModelHash: boolean;
  /** Numbers of a WebUI version such as `v1.5.1-2-gabc`: [1, 5, 1, 2]; null when another program wrote it, or none said. */
  webuiVersion: readonly number[] | null;
}

const NEGATIVE = 'Negative prompt:';
/** A last line with fewer settings than this is prompt text. */
const FEWEST_SETTINGS = 3;

const unquote = (raw: string): string => {
  if (!raw.startsWith('"') || !raw.endsWith('"')) return raw;
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'string' ? value : raw;
  } catch {
    return raw;
  }
};

const toFields = (items: ReturnType<typeof scanSettings>): Map<string, string> => {
  const fields = new Map<string, string>();
  for (const { key, raw } of items) {
    const value = unquote(raw);
    const size = /^(\d+)x(\d+)$/.exec(value);
    if (size === null) {
      fields.set(key, value);
    } else {
      fields.set(`${key}-1`, size[1] as string);
      fields.set(`${key}-2`, size[2] as string);
    }
  }
  return fields;
};

const parseJson = (text: string | undefined): unknown => {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const readHashes = (text: string | undefined): Map<string, string> => {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
};

/** `name: digits, name: digits`; what is no such pair is left out, and of a name that comes twice the first counts. */
const readNameHashes = (text = ''): Map<string, string> => {
  const hashes = new Map<string, string>();
  for (const item of text.split(',')) {
    const [, name, digits] = /^\s*(\S.*?)\s*:\s*([0-9a-f]{8,64})\s*$/i.exec(item) ?? [];
    if (name !== undefined && digits !== undefined && !hashes.has(name)) hashes.set(name, digits.toLowerCase());
  }
  return hashes;
};

const readResources = (text: string | undefined): CivitaiResource[] => {
  const value = parseJson(text);
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item): item is CivitaiResource => typeof item === 'object' && item !== null && !Array.isArray(item),
  );
};

/** Only the tag and the number of commits after it count; `f2.0.1v1.10.1` and `Easel 0.1.0` are other programs. */
const readVersion = (text: string | undefined): number[] | null => {
  const match = /^v(\d+)\.(\d+)(?:\.(\d+))?(?:-(\d+)-g[0-9a-f]+)?$/.exec(text ?? '');
  return match === null ? null : match.slice(1).map((part: string | undefined) => Number(part ?? 0));
};

/**
 * Civitai's generator sometimes writes everything on one line: `… Negative prompt: … Steps: 23, Sampler: …`.
 *
 * @returns the line as the lines it should have been
 */
const splitRunOn = (line: string): string[] => {
  if (line.startsWith('Steps: ')) return [line];
  const negative = line.indexOf(NEGATIVE);
  const steps = line.lastIndexOf('Steps: ');
  if (negative === -1 || steps <= negative || !/^Steps: \d+,/.test(line.slice(steps, steps + 20))) return [line];
  return [line.slice(0, negative), line.slice(negative, steps), line.slice(steps)].filter(
    (part, index) => index > 0 || part !== '',
  );
};

/** @param text any text; line ends may be LF or CR LF */
export function readInfotext(text: string): Infotext {
  const lines = text.trim().split('\n');
  lines.push(...splitRunOn((lines.pop() as string).trim()));
  const items = scanSettings(lines.at(-1) as string);
  const hasSettings = items.length >= FEWEST_SETTINGS;
  if (hasSettings) lines.pop();

  let prompt = '';
  let negativePrompt = '';
  let isNegative = false;
  for (const whole of lines) {
    let line = whole.trim();
    if (line.startsWith(NEGATIVE)) {
      isNegative = true;
      line = line.slice(NEGATIVE.length).trim();
    }
    if (isNegative) negativePrompt += negativePrompt === '' ? line : `\n${line}`;
    else prompt += prompt === '' ? line : `\n${line}`;
  }

  const fields = toFields(hasSettings ? items : []);
  return {
    prompt,
    negativePrompt,
    fields,
    hashes: readHashes(fields.get('Hashes')),
    loraHashes: readNameHashes(fields.get('Lora hashes')),
    embeddingHashes: readNameHashes(fields.get('TI hashes')),
    resources: readResources(fields.get('Civitai resources')),
    hasLegacyModelHash: /^[0-9a-f]{8}$/i.test(fields.get('Model hash') ?? ''),
    webuiVersion: readVersion(fields.get('Version')),
  };
}
