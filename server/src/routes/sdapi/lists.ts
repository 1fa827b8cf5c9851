/** The lists clients fill their menus with. What there is none of is an empty list, never a made-up one. */
import { freemem, totalmem } from 'node:os';

import { findMisfit } from '@easel/shared/networks';

import type { AppDependencies } from '../../app-dependencies.ts';
import { titleOf } from '../../services/model-library.ts';
import type { StudioApp } from '../types.ts';
import { scheduleName, stemOf } from './names.ts';

/** Schedules whose formula has a rho, and theirs; -1 = has none. */
const DEFAULT_RHO: Record<string, number> = { karras: 7, polyexponential: 1 };
/** Schedules made from the model's own noise levels rather than from their ends. */
const NEEDS_MODEL = new Set(['uniform', 'sgm-uniform', 'simple', 'normal', 'ddim', 'beta']);

/** Plain resizing, which needs no model. */
const UPSCALERS = ['None', 'Lanczos', 'Nearest'].map((name) => ({
  name,
  model_name: null,
  model_path: null,
  model_url: null,
  scale: 4,
}));

/** What prompts call a file: its name without the ending. */
const wordOf = (fileName: string): string => fileName.replace(/\.(safetensors|ckpt|pth?|bin|png|webp)$/i, '');

const CONSTANT: Readonly<Record<string, unknown>> = {
  'cmd-flags': { api: true },
  'sd-vae': [],
  upscalers: UPSCALERS,
  'latent-upscale-modes': [],
  'face-restorers': [],
  'realesrgan-models': [],
  scripts: { txt2img: [], img2img: [] },
  'script-info': [],
  extensions: [],
};

export function listRoutes(app: StudioApp, { engine, models, styles }: AppDependencies): void {
  const catalogue = async () => engine.catalogue ?? (await engine.whenReady());
  const schema = (summary: string) => ({ schema: { tags: ['webui'], summary } });

  app.get('/sdapi/v1/samplers', schema('Samplers'), async () =>
    (await catalogue()).samplers.map(({ label, aliases, defaultSchedule, evaluationsPerStep }) => ({
      name: label,
      aliases,
      options: {
        ...(defaultSchedule === 'uniform' ? {} : { scheduler: scheduleName({ id: defaultSchedule }) }),
        ...(evaluationsPerStep > 1 ? { second_order: 'True' } : {}),
      },
    })),
  );

  app.get('/sdapi/v1/schedulers', schema('Schedules'), async () =>
    (await catalogue()).schedules.map((schedule) => ({
      name: scheduleName(schedule),
      label: schedule.label,
      aliases: schedule.aliases.length === 0 ? null : schedule.aliases,
      default_rho: DEFAULT_RHO[schedule.id] ?? -1,
      need_inner_model: NEEDS_MODEL.has(schedule.id),
    })),
  );

  app.get('/sdapi/v1/sd-models', schema('Usable checkpoints'), async () => {
    const { models: found } = await models.list();
    return found
      .filter(({ isUsable }) => isUsable)
      .map((model) => ({
        title: titleOf(model),
        model_name: stemOf(model.id),
        hash: model.hashes.autoV2,
        sha256: model.sha256,
        // Where it lies on disk is nobody's business.
        filename: model.fileName,
        config: null,
      }));
  });

  // As in `sd-models`, paths are names.
  app.get('/sdapi/v1/loras', schema('LoRA for <lora:name:weight>'), async () =>
    (await models.list({ kind: 'lora' })).models
      .filter(({ isAvailable, reason }) => isAvailable && reason === null)
      .map(({ fileName, name }) => ({ name: wordOf(fileName), alias: name, path: fileName, metadata: {} })),
  );

  app.get('/sdapi/v1/hypernetworks', schema('Hypernetworks for <hypernet:name:weight>'), async () =>
    (await models.list({ kind: 'hypernetwork' })).models
      .filter(({ isAvailable, reason }) => isAvailable && reason === null)
      .map(({ fileName }) => ({ name: wordOf(fileName), path: fileName })),
  );

  app.get('/sdapi/v1/embeddings', schema('Words that stand for textual inversions'), async () => {
    const { models: found } = await models.list({ kind: 'embedding' });
    const model = models.defaultModel();
    const known = found.filter(({ isAvailable, reason }) => isAvailable && reason === null);
    const describe = (wanted: boolean): object =>
      Object.fromEntries(
        known
          .filter(
            ({ network }) => (network === null || model === null || findMisfit(network, model) === null) === wanted,
          )
          .map(({ fileName, network }) => [
            wordOf(fileName),
            {
              step: null,
              sd_checkpoint: null,
              sd_checkpoint_name: null,
              shape: network?.textWidths.at(-1) ?? null,
              vectors: network?.vectors ?? null,
            },
          ]),
      );
    // Skipped are those of another width than the model's, as there.
    return { loaded: describe(true), skipped: describe(false) };
  });

  app.get('/sdapi/v1/prompt-styles', schema('Styles'), async () =>
    (await styles.list()).map(({ name, prompt, negativePrompt }) => ({
      name,
      prompt,
      negative_prompt: negativePrompt,
    })),
  );

  app.post('/sdapi/v1/refresh-loras', schema('Look at the models folders again'), async (_request, reply) => {
    await models.list({ refresh: true });
    return reply.type('application/json; charset=utf-8').send('null');
  });

  app.get('/sdapi/v1/memory', schema('Memory in bytes'), () => {
    const [total, free] = [totalmem(), freemem()];
    return { ram: { free, used: total - free, total }, cuda: { error: 'There is no CUDA device in use.' } };
  });

  for (const [name, answer] of Object.entries(CONSTANT))
    app.get(`/sdapi/v1/${name}`, schema('For clients that ask'), () => answer);

  app.post('/sdapi/v1/refresh-checkpoints', schema('Look at the models folder again'), async (_request, reply) => {
    await models.list({ refresh: true });
    return reply.type('application/json; charset=utf-8').send('null');
  });
}
