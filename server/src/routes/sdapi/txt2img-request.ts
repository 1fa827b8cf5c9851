/**
 * What programs send to `txt2img`, and what it means here. Pure: names are looked up in the catalogue that is passed in.
 *
 * Unknown fields are ignored and null means absent, as the WebUI has it. What it can do and we cannot is refused when it
 * is asked for, since another picture than the one asked for helps nobody; asked not to be done, it is no matter.
 */
import type { Catalogue } from '@easel/shared/catalogue';
import { RequestError } from '@easel/shared/errors';
import { textToImageRequest, type TextToImageRequest } from '@easel/shared/generation';
import { readInfotext } from '@easel/shared/infotext/read';
import { toRequest } from '@easel/shared/infotext/to-request';
import type { OptionId } from '@easel/shared/options/table';
import { optionFromSetting, optionFromWebui, WEBUI_FIELDS, WEBUI_SETTINGS } from '@easel/shared/options/text';
import type { OptionValues } from '@easel/shared/options/values';
import { findByName, resolveSamplerName } from '@easel/shared/sampler-names';
import { LIMITS } from '@easel/shared/units';
import { z } from 'zod';

import type { WebuiSettings } from '../../services/webui-options.ts';
import { RANDN_SOURCES, toRng } from './names.ts';
import { checkOption, looseFields } from './option-fields.ts';

const { prompt, ...optional } = textToImageRequest.shape;
const width = optional.width.unwrap();
const height = optional.height.unwrap();
const steps = optional.steps.unwrap();
const guidance = optional.guidance.unwrap();
const seed = optional.seed.unwrap();
const count = optional.count.unwrap();
const clipSkip = optional.clipSkip.unwrap();
const text = z.string().max(10_000);

const overrideSettings = z.object({
  ...looseFields(WEBUI_SETTINGS.map(({ name }) => name)),
  sd_model_checkpoint: z.string().max(256).optional(),
  CLIP_stop_at_last_layers: clipSkip.optional(),
  randn_source: z.enum(RANDN_SOURCES).optional(),
  sd_vae: z.string().max(256).optional(),
});

export const txt2imgBody = z.object({
  ...looseFields(WEBUI_FIELDS.keys()),
  prompt: prompt.default(''),
  negative_prompt: prompt.default(''),
  styles: z.array(z.string()).default([]),
  seed: seed.default(-1),
  sampler_name: text.optional(),
  sampler_index: text.default('Euler'),
  scheduler: text.optional(),
  batch_size: count.default(1),
  n_iter: count.default(1),
  steps: steps.default(50),
  cfg_scale: guidance.default(7),
  width: width.default(512),
  height: height.default(512),
  restore_faces: z.boolean().default(false),
  enable_hr: z.boolean().default(false),
  firstpass_image: z.string().optional(),
  script_name: text.optional(),
  alwayson_scripts: z.record(z.string(), z.unknown()).default({}),
  override_settings: overrideSettings.default({}),
  override_settings_restore_afterwards: z.boolean().default(true),
  infotext: z.string().max(300_000).optional(),
  send_images: z.boolean().default(true),
  save_images: z.boolean().default(false),
});
export type Txt2ImgBody = z.infer<typeof txt2imgBody>;

const NUMBERS = new Set(
  Object.entries(txt2imgBody.shape)
    .filter(([, schema]) => schema instanceof z.ZodDefault && schema.unwrap() instanceof z.ZodNumber)
    .map(([name]) => name),
);

/** Null is absent, at any field, and a number may come as text: the WebUI takes both. */
export const relaxBody = (body: unknown): unknown => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body ?? {};
  const given = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]: [string, unknown]) => {
      if (NUMBERS.has(name) && typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value))
        return [name, Number(value)];
      return name === 'override_settings' ? [name, relaxBody(value)] : [name, value];
    }),
  );
};

/** What the WebUI could do and this version cannot. */
const UNSUPPORTED: readonly [field: keyof Txt2ImgBody, what: string, isAsked: (body: Txt2ImgBody) => boolean][] = [
  ['enable_hr', 'Hires fix', (body) => body.enable_hr],
  ['firstpass_image', 'A first pass that was made before', (body) => (body.firstpass_image ?? '') !== ''],
  ['restore_faces', 'Face restoration', (body) => body.restore_faces],
  ['script_name', 'A script', (body) => !['', 'None'].includes(body.script_name ?? '')],
  ['alwayson_scripts', 'A script', ({ alwayson_scripts: scripts }) => Object.values(scripts).some(hasArguments)],
];

const hasArguments = (script: unknown): boolean => {
  const { args } = (script ?? {}) as { args?: unknown };
  return Array.isArray(args) ? args.length > 0 : args !== undefined && args !== null;
};

/** There is no separate VAE here, so these are all the same one: the checkpoint's own. */
const OWN_VAE = ['', 'automatic', 'none', 'baked', 'baked vae'];

const refuseUnsupported = (body: Txt2ImgBody): void => {
  const asked = UNSUPPORTED.find(([, , isAsked]) => isAsked(body));
  if (asked !== undefined) {
    throw new RequestError('not_allowed', `${asked[0]}: ${asked[1]} is not possible here yet.`, {
      field: asked[0],
      hint: 'Leave it out or switch it off.',
    });
  }
  const vae = body.override_settings.sd_vae;
  if (vae !== undefined && !OWN_VAE.includes(vae.toLowerCase())) {
    throw new RequestError('not_allowed', 'override_settings.sd_vae: separate VAE files are not possible here yet.', {
      field: 'override_settings.sd_vae',
      limit: ['Automatic', 'None'],
      hint: 'Use Automatic.',
    });
  }
};

type Names = Pick<Catalogue, 'samplers' | 'schedules'>;

const listLabels = (entries: readonly { label: string }[]): string => entries.map(({ label }) => label).join(', ');

/** A name that says sampler and schedule in one (`DPM++ 2M Karras`) wins over the schedule beside it, as in the WebUI. */
const chooseSampler = (
  name: string,
  scheduler: string | undefined,
  catalogue: Names,
): { sampler: string; schedule: string } => {
  const choice = resolveSamplerName(name, catalogue);
  if (choice === undefined) {
    throw new RequestError('unknown_sampler', `Sampler not found: "${name.slice(0, 100)}".`, {
      field: 'sampler_name',
      hint: `There are ${listLabels(catalogue.samplers)}.`,
    });
  }
  if (choice.schedule !== 'automatic' || scheduler === undefined || /^(?:automatic)?$/i.test(scheduler)) return choice;
  const schedule = findByName(catalogue.schedules, scheduler);
  if (schedule === undefined) {
    throw new RequestError('unknown_schedule', `Scheduler not found: "${scheduler.slice(0, 100)}".`, {
      field: 'scheduler',
      hint: `There are ${listLabels(catalogue.schedules)}.`,
    });
  }
  return { ...choice, schedule: schedule.id };
};

/**
 * The options a program asks for: what it keeps here, its settings, then its fields, each saying more than the one before.
 *
 * @throws out_of_range, not_allowed naming the WebUI's field
 */
const readOptions = (body: Txt2ImgBody, sampler: string, kept: WebuiSettings['options']): OptionValues => {
  const options: Record<string, unknown> = {};
  const take = (id: OptionId, name: string, value: unknown): void => {
    const checked = checkOption(id, name, value);
    if (checked !== undefined) options[id] = checked;
  };
  const given: Readonly<Record<string, unknown>> = body;
  const settings: Readonly<Record<string, unknown>> = { ...kept, ...body.override_settings };
  for (const setting of WEBUI_SETTINGS) {
    take(setting.id, `override_settings.${setting.name}`, optionFromSetting(setting, settings[setting.name], sampler));
  }
  for (const [name, id] of WEBUI_FIELDS) take(id, name, optionFromWebui(id, given[name]));
  return options;
};

/** The infotext fills what was not given. */
const fromInfotext = (body: Txt2ImgBody, given: ReadonlySet<string>, catalogue: Names): Partial<TextToImageRequest> => {
  if (body.infotext === undefined) return {};
  const { request } = toRequest(readInfotext(body.infotext), catalogue);
  const isGiven = {
    prompt: 'prompt',
    negativePrompt: 'negative_prompt',
    steps: 'steps',
    guidance: 'cfg_scale',
    seed: 'seed',
    width: 'width',
    height: 'height',
  };
  const { sampler, schedule, rng, clipSkip: skip, template, ...rest } = request;
  // Another prompt than that of the text was drawn from something else.
  const isOfText = !given.has('prompt') && !given.has('negative_prompt');
  const open = Object.fromEntries(
    Object.entries(rest).filter(([name]) => !given.has(isGiven[name as keyof typeof isGiven] ?? '')),
  );
  return {
    ...open,
    ...(isOfText && template !== undefined && { template }),
    ...(rng === undefined ? {} : { rng }),
    ...(skip === undefined ? {} : { clipSkip: skip }),
    ...(given.has('sampler_name') || sampler === undefined
      ? {}
      : { sampler, ...(schedule === undefined ? {} : { schedule }) }),
  };
};

/**
 * @param given names of the fields that were in the request and not null
 * @param settings what programs have set on the server
 * @param styles names of those there are; others are no matter, as in the WebUI
 * @throws not_allowed, unknown_sampler, unknown_schedule, out_of_range (too many pictures)
 */
export function toTextToImage(
  body: Txt2ImgBody,
  given: ReadonlySet<string>,
  settings: WebuiSettings,
  catalogue: Names,
  styles: readonly string[],
): TextToImageRequest {
  refuseUnsupported(body);
  const pictures = body.batch_size * body.n_iter;
  if (pictures > LIMITS.count.maximum) {
    throw new RequestError('out_of_range', `batch_size times n_iter may be at most ${LIMITS.count.maximum}.`, {
      field: 'n_iter',
      limit: LIMITS.count.maximum,
      got: pictures,
      hint: 'Ask several times.',
    });
  }
  const override = body.override_settings;
  const worn = body.styles.filter((name) => styles.includes(name));
  const read = fromInfotext(body, given, catalogue);
  const chosen =
    read.sampler === undefined
      ? chooseSampler(body.sampler_name || body.sampler_index, body.scheduler, catalogue)
      : { sampler: read.sampler, ...(read.schedule === undefined ? {} : { schedule: read.schedule }) };
  const skip = override.CLIP_stop_at_last_layers ?? read.clipSkip ?? settings.clipSkip;
  const rng = override.randn_source === undefined ? (read.rng ?? settings.rng) : toRng(override.randn_source);
  return {
    type: 'text-to-image',
    prompt: body.prompt,
    negativePrompt: body.negative_prompt,
    steps: body.steps,
    guidance: body.cfg_scale,
    width: body.width,
    height: body.height,
    seed: body.seed,
    count: pictures,
    ...read,
    ...(worn.length > 0 && read.template === undefined && { styles: worn }),
    ...chosen,
    ...readOptions(body, chosen.sampler, settings.options),
    ...(skip === null || skip === undefined ? {} : { clipSkip: skip }),
    ...(rng === null || rng === undefined ? {} : { rng }),
    ...(override.sd_model_checkpoint ? { model: override.sd_model_checkpoint } : {}),
  };
}
