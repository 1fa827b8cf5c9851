/** What can be done with the picture on show: take its settings, step through, copy, download, delete. */
import { OPTION_IDS } from '@easel/shared/options/values';

import { cachedModels } from '../api/catalogue.ts';
import { cachedImages, deleteImage, fileUrl, loadImage, restoreImage } from '../api/images.ts';
import { cachedJobs } from '../api/jobs.ts';
import { removeImage } from '../api/live-cache.ts';
import { copyText } from '../lib/clipboard.ts';
import {
  formOf,
  modelOf,
  promptsOf,
  remixOf,
  withChange,
  withSize,
  type DefaultKey,
  type FormValues,
} from '../lib/form.ts';
import { withOption } from '../lib/options.ts';
import { runningOf } from '../lib/progress.ts';
import { toast } from '../lib/toast.ts';
import { useForm } from '../state/form.ts';
import { openImage, pictureAddress, useView } from '../state/view.ts';
import { reportProblem, type CommandContext } from './context.ts';

import type { ImageView } from '@easel/shared/http/images';
import type { ModelList } from '@easel/shared/http/models';
import type { OptionId } from '@easel/shared/options/table';

/** The opened picture, else the newest one; null while one is being made or there is none. */
export function currentImageId({ client }: CommandContext): string | null {
  const { openImage: opened } = useView.getState();
  if (opened !== null) return opened;
  if (runningOf(cachedJobs(client))) return null;
  return cachedImages(client)[0]?.id ?? null;
}

type Take = (values: FormValues, image: ImageView, models: ModelList | undefined) => FormValues;

const defaultsFor = (values: FormValues, models: ModelList | undefined) => models && modelOf(values, models)?.defaults;

const takeAll: Take = (_, image, models) => formOf(image.parameters, models);
const takeAllButSeed: Take = (values, image, models) => remixOf(image.parameters, models, values);
const takePrompts: Take = (values, { parameters }) => ({
  ...values,
  ...promptsOf(parameters),
});
/** As it was typed, to be drawn anew. */
const takeTemplate: Take = (values, { parameters }) => ({ ...values, ...promptsOf(parameters.template ?? parameters) });
const takeSeed: Take = (values, { parameters }) => ({ ...values, seed: parameters.seed, isSeedLocked: true });
const takeSize: Take = (values, { parameters }, models) => withSize(values, parameters, defaultsFor(values, models));

async function take(what: Take, said: string, id: string | null, context: CommandContext): Promise<void> {
  if (id === null) return;
  try {
    const image = await loadImage(context.client, id);
    const models = cachedModels(context.client);
    useForm.getState().update((values) => what(values, image, models));
    const { model } = useForm.getState().values;
    const isMissing = model !== null && models !== undefined && !models.models.some((each) => each.id === model);
    if (isMissing) toast.warning(context.t('toast.modelMissing', { model }));
    else toast.success(said);
  } catch (thrown) {
    reportProblem(thrown, context);
  }
}

/** Every parameter, the seed locked: Generate then makes the same picture. */
export const applyAll = (id: string | null, context: CommandContext): Promise<void> =>
  take(takeAll, context.t('toast.usedAll'), id, context);

/** Every parameter but the seed. */
export const applyRemix = (id: string | null, context: CommandContext): Promise<void> =>
  take(takeAllButSeed, context.t('toast.remixed'), id, context);

export const applyPrompts = (id: string | null, context: CommandContext): Promise<void> =>
  take(takePrompts, context.t('toast.usedPrompts'), id, context);

export const applyTemplate = (id: string | null, context: CommandContext): Promise<void> =>
  take(takeTemplate, context.t('toast.usedPrompts'), id, context);

export const applySeed = (id: string | null, context: CommandContext): Promise<void> =>
  take(takeSeed, context.t('toast.usedSeed'), id, context);

export const applySize = (id: string | null, context: CommandContext): Promise<void> =>
  take(takeSize, context.t('toast.usedSize'), id, context);

const isOption = (key: string): key is OptionId => (OPTION_IDS as readonly string[]).includes(key);

/** One value of the picture into the form. */
export function applyOne(
  key: DefaultKey | OptionId | 'prompt' | 'negativePrompt' | 'model',
  name: string,
  id: string,
  context: CommandContext,
): Promise<void> {
  const takeOne: Take = (values, { parameters }, models) => {
    if (isOption(key)) return { ...values, options: withOption(values.options, key, parameters[key]) };
    return key === 'prompt' || key === 'negativePrompt' || key === 'model'
      ? { ...values, [key]: parameters[key] }
      : withChange(values, key, parameters[key], defaultsFor(values, models));
  };
  return take(takeOne, context.t('toast.usedOne', { name }), id, context);
}

/** Steps through the gallery as it is listed now. */
export function stepThroughGallery(by: 1 | -1, context: CommandContext): void {
  const images = cachedImages(context.client, useView.getState().query);
  const from = currentImageId(context);
  const place = images.findIndex((image) => image.id === from);
  const next = images[place === -1 ? 0 : place + by];
  if (next) openImage(next.id);
}

/** Moves the picture to the bin, shows its neighbour, and offers to take it back. */
export async function deletePicture(id: string | null, context: CommandContext): Promise<void> {
  if (id === null) return;
  const { client, t } = context;
  const { query, openImage: opened } = useView.getState();
  const images = cachedImages(client, query);
  const place = images.findIndex((image) => image.id === id);
  const neighbour = images[place + 1] ?? images[place - 1];
  try {
    await deleteImage(id);
  } catch (thrown) {
    reportProblem(thrown, context);
    return;
  }
  removeImage(client, id);
  if (opened === id) openImage(neighbour && neighbour.id !== id ? neighbour.id : null);
  toast(t('toast.deleted'), { action: { label: t('toast.undo'), onClick: () => void restorePicture(id, context) } });
}

/** Takes a picture out of the bin and shows it. */
export async function restorePicture(id: string, context: CommandContext): Promise<void> {
  try {
    await restoreImage(id);
    openImage(id);
    toast.success(context.t('toast.restored'));
  } catch (thrown) {
    reportProblem(thrown, context);
  }
}

/** Hands the file, parameters and all, to the browser's downloads. */
export async function downloadPicture(id: string | null, context: CommandContext): Promise<void> {
  if (id === null) return;
  try {
    const { fileName } = await loadImage(context.client, id);
    const link = document.createElement('a');
    link.href = fileUrl(id);
    link.download = fileName;
    link.click();
  } catch (thrown) {
    reportProblem(thrown, context);
  }
}

export async function copy(text: string, { t }: CommandContext): Promise<void> {
  if (await copyText(text)) toast.success(t('toast.copied'));
  else toast.error(t('toast.copyFailed'), { description: t('toast.copyFailedHint') });
}

export const copyLink = (id: string, context: CommandContext): Promise<void> => copy(pictureAddress(id), context);
