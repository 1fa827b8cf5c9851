/**
 * GET and POST /sdapi/v1/options: a flat object that clients read, change and send back whole.
 *
 * Model, clip skip, source of noise and the options of the table mean something here; the others have one value, are there
 * because clients look for them, and stay as they are whatever is sent.
 */
import { textToImageRequest } from '@easel/shared/generation';
import { optionFromWebui, WEBUI_SETTINGS } from '@easel/shared/options/text';
import { optionRow } from '@easel/shared/options/values';
import { z } from 'zod';

import type { AppDependencies } from '../../app-dependencies.ts';
import { titleOf } from '../../services/model-library.ts';
import type { WebuiSettings } from '../../services/webui-options.ts';
import type { StudioApp } from '../types.ts';
import { fromRng, RANDN_SOURCES, toRng } from './names.ts';
import { checkOption, looseFields } from './option-fields.ts';

const FIXED = {
  sd_vae: 'Automatic',
  samples_format: 'png',
  samples_save: true,
  enable_pnginfo: true,
  face_restoration: false,
  face_restoration_model: null,
  code_former_weight: 0.5,
  live_previews_enable: true,
  show_progress_every_n_steps: 1,
  jpeg_quality: 80,
  comma_padding_backtrack: 20,
  emphasis: 'Original',
};

/** What the WebUI has for an option by itself. */
const usualOf = ({ id, neutral }: (typeof WEBUI_SETTINGS)[number]): number | boolean | string => {
  const { value } = optionRow(id);
  if (neutral !== undefined) return neutral;
  if (value.kind !== 'choice') return value.neutral ?? 0;
  const [usual] = value.choices;
  const said = usual?.text ?? usual?.label ?? '';
  return said === 'False' ? false : said;
};

const USUAL = Object.fromEntries(WEBUI_SETTINGS.map((setting) => [setting.name, usualOf(setting)]));

type Kept = WebuiSettings['options'];

/**
 * What is kept after a body was sent: what differs from what the WebUI has by itself.
 *
 * @throws out_of_range, not_allowed naming the setting
 */
const keptAfter = (before: Kept, body: Readonly<Record<string, unknown>>): Kept => {
  const kept = { ...before };
  for (const setting of WEBUI_SETTINGS) {
    const given = body[setting.name];
    if (typeof given !== 'number' && typeof given !== 'boolean' && typeof given !== 'string') continue;
    checkOption(setting.id, setting.name, optionFromWebui(setting.id, given === setting.neutral ? undefined : given));
    if (given === usualOf(setting)) delete kept[setting.name];
    else kept[setting.name] = given;
  }
  return kept;
};

const optionsBody = z.object({
  ...looseFields(WEBUI_SETTINGS.map(({ name }) => name)),
  sd_model_checkpoint: z.string().max(256).nullish(),
  CLIP_stop_at_last_layers: textToImageRequest.shape.clipSkip.unwrap().nullish(),
  randn_source: z.enum(RANDN_SOURCES).nullish(),
});

export function optionsRoutes(app: StudioApp, { models, webuiOptions }: AppDependencies): void {
  const readOptions = async () => {
    const settings = await webuiOptions.read();
    const model = models.defaultModel();
    return {
      sd_model_checkpoint: model === null ? null : titleOf(model),
      sd_checkpoint_hash: model?.sha256 ?? '',
      CLIP_stop_at_last_layers: settings.clipSkip ?? model?.defaults?.clipSkip ?? 1,
      randn_source: fromRng(settings.rng ?? model?.defaults?.rng ?? 'nv'),
      ...FIXED,
      ...USUAL,
      ...settings.options,
    };
  };

  app.get('/sdapi/v1/options', { schema: { tags: ['webui'], summary: 'Settings, as a flat object' } }, readOptions);

  app.post(
    '/sdapi/v1/options',
    { schema: { tags: ['webui'], summary: 'Change settings; the whole object may be sent back', body: optionsBody } },
    async (request, reply) => {
      // A client that sends everything back has chosen only what differs.
      const before = await readOptions();
      const kept = keptAfter((await webuiOptions.read()).options, request.body);
      const { sd_model_checkpoint: title, CLIP_stop_at_last_layers: clipSkip, randn_source: source } = request.body;
      if (title && title !== before.sd_model_checkpoint) {
        const { view } = await models.resolve(title);
        if (view.id !== models.defaultModel()?.id) await models.chooseDefault(view.id);
      }
      if (typeof clipSkip === 'number' && clipSkip !== before.CLIP_stop_at_last_layers)
        await webuiOptions.change({ clipSkip });
      if (typeof source === 'string' && source !== before.randn_source)
        await webuiOptions.change({ rng: toRng(source) });
      await webuiOptions.change({ options: kept });
      return reply.type('application/json; charset=utf-8').send('null');
    },
  );
}
