/**
 * From an infotext that was read to a request of ours, field by field.
 *
 * The text comes from anybody, so every field passes the schema of the API; one that does not is named and left out,
 * the others stay. Models are not chosen here: the text names one, the person decides (as the WebUI does by default).
 */
import type { Catalogue } from '../catalogue.ts';
import { textToImageRequest, type TextToImageRequest } from '../generation.ts';
import { optionFromText, optionText, toNumber } from '../options/text.ts';
import { OPTION_IDS, pickOptions, settleOptions } from '../options/values.ts';
import { findByName, resolveSamplerName } from '../sampler-names.ts';
import type { Infotext } from './read.ts';

/** A setting that could not be taken over. */
export interface RefusedSetting {
  /** Field of the request it would have become. */
  field: keyof TextToImageRequest;
  /** As the text has it, shortened. */
  got: string;
  /** One sentence for people. */
  reason: string;
}

export interface ReadRequest {
  /** What could be taken over; without `model` and `count`. Absent fields were absent or refused. */
  request: TextToImageRequest;
  refused: RefusedSetting[];
  /** The checkpoint the text names; null where it names none. */
  model: { name: string | null; hash: string | null };
}

/** Texts are repeated in messages up to this length. */
const SHOWN_LENGTH = 100;

const readRng = (text: string): string =>
  text.toUpperCase() === 'CPU' ? 'cpu' : /^(?:NV|GPU)$/i.test(text) ? 'nv' : text;

/** @param catalogue names of samplers and schedules, as the engine reports them */
export function toRequest(infotext: Infotext, catalogue: Pick<Catalogue, 'samplers' | 'schedules'>): ReadRequest {
  const { fields } = infotext;
  const refused: RefusedSetting[] = [];
  const request: TextToImageRequest = { type: 'text-to-image', prompt: '' };

  const refuse = (field: keyof TextToImageRequest, got: string, reason: string): void => {
    refused.push({ field, got: got.slice(0, SHOWN_LENGTH), reason });
  };
  const take = (field: keyof TextToImageRequest, value: unknown, got: string): void => {
    const parsed = textToImageRequest.shape[field].safeParse(value);
    if (parsed.success) Object.assign(request, { [field]: parsed.data });
    else refuse(field, got, parsed.error.issues[0]?.message ?? 'It cannot be used.');
  };
  const takeNumber = (field: keyof TextToImageRequest, key: string): void => {
    const text = fields.get(key);
    if (text !== undefined) take(field, toNumber(text), text);
  };

  take('prompt', infotext.prompt, infotext.prompt);
  take('negativePrompt', infotext.negativePrompt, infotext.negativePrompt);
  // The prompts beside it are what it was resolved to, so nothing is drawn again.
  const [template, negativeTemplate] = [fields.get('Template'), fields.get('Negative Template')];
  if (template !== undefined || negativeTemplate !== undefined) {
    const typed = {
      prompt: template ?? infotext.prompt,
      negativePrompt: negativeTemplate ?? infotext.negativePrompt,
    };
    take('template', typed, typed.prompt);
  }
  takeNumber('steps', 'Steps');
  takeNumber('guidance', 'CFG scale');
  takeNumber('seed', 'Seed');
  takeNumber('width', 'Size-1');
  takeNumber('height', 'Size-2');
  takeNumber('clipSkip', 'Clip skip');

  for (const id of OPTION_IDS) {
    const text = optionText(fields, id);
    if (text !== undefined) take(id, optionFromText(id, text), text);
  }
  const options = settleOptions(pickOptions(request));
  for (const id of OPTION_IDS) delete request[id];
  Object.assign(request, options);

  // An infotext leaves out what has the WebUI's default, so its absence says something once there are settings at all.
  if (fields.size > 0) {
    if (!fields.has('Clip skip')) request.clipSkip = 1;
    const rng = fields.get('RNG') ?? 'GPU';
    take('rng', readRng(rng), rng);
  }

  const samplerName = fields.get('Sampler');
  const scheduleName = fields.get('Schedule type');
  if (samplerName !== undefined) {
    const choice = resolveSamplerName(samplerName, catalogue);
    if (choice === undefined) refuse('sampler', samplerName, 'There is no such sampler here.');
    else Object.assign(request, choice);
  }
  if (scheduleName !== undefined && scheduleName.toLowerCase() !== 'automatic') {
    const schedule = findByName(catalogue.schedules, scheduleName);
    if (schedule === undefined) refuse('schedule', scheduleName, 'There is no such schedule here.');
    else request.schedule = schedule.id;
  }

  return { request, refused, model: { name: fields.get('Model') ?? null, hash: fields.get('Model hash') ?? null } };
}
