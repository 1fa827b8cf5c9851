/**
 * The form as values, and its mapping to requests and back.
 *
 * Only what differs from the model's defaults is kept, so untouched fields follow the model when it is changed; the
 * request always names every value, so that what was shown is what is made.
 */
import { pickOptions, type OptionReaders, type OptionValues } from '@easel/shared/options/values';

import { sentOptions, withoutOptions } from './options.ts';
import { aspectOf, nativeSideOf, sizeForAspect } from './sizes.ts';

import type { GenerationDefaults, TextToImageParameters, TextToImageRequest } from '@easel/shared/generation';
import type { ModelList, ModelView } from '@easel/shared/http/models';
import type { PromptTemplate } from '@easel/shared/prompt/template';
import type { NumberLimit } from '@easel/shared/units';

export interface FormValues {
  prompt: string;
  negativePrompt: string;
  /** Names of styles that are put on the prompts, in this order. */
  styles: readonly string[];
  /** Prompts taken from a picture, and what they were drawn from; of no meaning once the prompts are others. */
  drawn: DrawnPrompts | null;
  /** Model id; null = whichever the server uses by default. */
  model: string | null;
  /** Values that differ from the model's defaults. */
  changes: Partial<GenerationDefaults>;
  /** Options that are not neutral; also such as do nothing with what else is chosen now. */
  options: OptionValues;
  /** The seed shown; null = none was used yet. */
  seed: number | null;
  /** Use the seed shown (true), or draw a new one each time. */
  isSeedLocked: boolean;
  count: number;
}

export interface DrawnPrompts {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly template: PromptTemplate;
}

export const EMPTY_FORM: FormValues = {
  prompt: '',
  negativePrompt: '',
  styles: [],
  drawn: null,
  model: null,
  changes: {},
  options: {},
  seed: null,
  isSeedLocked: false,
  count: 1,
};

/** Asks the server to draw the seed. */
const RANDOM_SEED = -1;

const DEFAULT_KEYS = ['width', 'height', 'steps', 'guidance', 'sampler', 'schedule', 'clipSkip', 'rng'] as const;
export type DefaultKey = (typeof DEFAULT_KEYS)[number];

/** The model the form means now; undefined when it names one that is not there. */
export function modelOf(form: Pick<FormValues, 'model'>, models: ModelList): ModelView | undefined {
  const id = form.model ?? models.defaultModel;
  return models.models.find((model) => model.id === id);
}

/** All values as the form shows them; null while the model's defaults are unknown. */
export function valuesOf(form: FormValues, model: ModelView | undefined): GenerationDefaults | null {
  return model?.defaults ? { ...model.defaults, ...form.changes } : null;
}

/**
 * What to send for the form. Without a usable model the defaults are left to the server, which says what is missing.
 *
 * @param readers of its options; where they are not known, all are sent
 */
export function requestOf(form: FormValues, model: ModelView | undefined, readers?: OptionReaders): TextToImageRequest {
  return {
    type: 'text-to-image',
    prompt: form.prompt,
    negativePrompt: form.negativePrompt,
    ...buildingOf(form),
    ...(model ? { model: model.id } : form.model === null ? {} : { model: form.model }),
    ...(valuesOf(form, model) ?? form.changes),
    seed: form.isSeedLocked && form.seed !== null ? form.seed : RANDOM_SEED,
    count: form.count,
    ...sentOptions(form.options, readers),
  };
}

/** Styles to be put on, or that there is nothing to draw any more: the prompts are those of a picture. */
function buildingOf(form: FormValues): Pick<TextToImageRequest, 'styles' | 'template'> {
  const { styles, drawn, prompt, negativePrompt } = form;
  if (styles.length > 0) return { styles: [...styles] };
  const isStill = drawn?.prompt === prompt && drawn.negativePrompt === negativePrompt;
  return isStill ? { template: drawn.template } : {};
}

/** The prompts of a picture or a job, so that they make the same again. */
export function promptsOf(
  parameters: Pick<TextToImageParameters, 'prompt' | 'negativePrompt' | 'styles' | 'template'>,
): Pick<FormValues, 'prompt' | 'negativePrompt' | 'styles' | 'drawn'> {
  const { prompt, negativePrompt, styles = [], template } = parameters;
  return {
    prompt,
    negativePrompt,
    styles,
    drawn: template === undefined ? null : { prompt, negativePrompt, template },
  };
}

/** Sets one value; a value equal to the model's default is no change. */
export function withChange<Key extends DefaultKey>(
  form: FormValues,
  key: Key,
  value: GenerationDefaults[Key],
  defaults: GenerationDefaults | null | undefined,
): FormValues {
  const { [key]: _, ...others } = form.changes;
  return { ...form, changes: defaults?.[key] === value ? others : { ...others, [key]: value } };
}

/** Back to the model's default for these keys, or for all. */
export function withoutChanges(form: FormValues, keys: readonly DefaultKey[] = DEFAULT_KEYS): FormValues {
  const changes = { ...form.changes };
  for (const key of keys) delete changes[key];
  return { ...form, changes };
}

/** Takes over another model. A size that was a preset stays that preset at the new model's native size. */
export function withModel(
  form: FormValues,
  from: ModelView | undefined,
  to: ModelView,
  limit: NumberLimit,
): FormValues {
  const next = { ...form, model: to.id };
  if (!from?.defaults || !to.defaults) return next;
  const [oldSide, newSide] = [nativeSideOf(from.defaults), nativeSideOf(to.defaults)];
  if (oldSide === newSide) return next;
  const size = { ...from.defaults, ...form.changes };
  const unsized = withoutChanges(next, ['width', 'height']);
  const aspect = aspectOf(size, oldSide, limit);
  if (aspect === null || aspect === '1:1') return unsized;
  return withSize(unsized, sizeForAspect(aspect, newSide, limit), to.defaults);
}

/** Sets width and height together. */
export function withSize(
  form: FormValues,
  size: { width: number; height: number },
  defaults: GenerationDefaults | null | undefined,
): FormValues {
  return withChange(withChange(form, 'width', size.width, defaults), 'height', size.height, defaults);
}

/** The form that makes exactly this again: every value, the model, and the seed locked. */
export function formOf(parameters: TextToImageParameters, models: ModelList | undefined): FormValues {
  const model = models?.models.find((each) => each.id === parameters.model);
  let form: FormValues = {
    ...promptsOf(parameters),
    model: parameters.model,
    changes: {},
    options: pickOptions(parameters),
    seed: parameters.seed,
    isSeedLocked: true,
    count: parameters.count,
  };
  for (const key of DEFAULT_KEYS) form = withChange(form, key, parameters[key], model?.defaults);
  return form;
}

/** Everything but the seeds, which are drawn anew; the number of pictures stays as the form has it. */
export function remixOf(
  parameters: TextToImageParameters,
  models: ModelList | undefined,
  current: FormValues,
): FormValues {
  const form = formOf(parameters, models);
  const options = withoutOptions(form.options, ['variationSeed']);
  return { ...form, options, isSeedLocked: false, count: current.count };
}
