/** POST /sdapi/v1/txt2img: asks for pictures and answers when they are there. */
import { readFile } from 'node:fs/promises';

import { fromWire, StudioError, type ErrorCode } from '@easel/shared/errors';
import type { ImageView } from '@easel/shared/http/images';
import type { PictureJobView } from '@easel/shared/http/jobs';
import { readInfotext } from '@easel/shared/infotext/read';
import { optionItems } from '@easel/shared/options/text';
import { optionOf } from '@easel/shared/options/values';
import type { FastifyReply } from 'fastify';

import type { AppDependencies } from '../../app-dependencies.ts';
import type { Gallery } from '../../services/gallery.ts';
import { withOwnNames } from '../../services/prompt-files.ts';
import type { StudioApp } from '../types.ts';
import { jobTimestamp, stemOf } from './names.ts';
import { relaxBody, toTextToImage, txt2imgBody, type Txt2ImgBody } from './txt2img-request.ts';

interface Made {
  view: ImageView;
  base64: string;
}

const readPicture = async (gallery: Gallery, id: string): Promise<Made | null> => {
  try {
    const [view, file] = await Promise.all([gallery.get(id), gallery.file(id)]);
    return { view, base64: (await readFile(file.path)).toString('base64') };
  } catch (thrown) {
    // Deleted meanwhile.
    if (thrown instanceof StudioError && thrown.code === 'unknown_image') return null;
    throw thrown;
  }
};

const readPictures = async (gallery: Gallery, job: PictureJobView): Promise<Made[]> => {
  const made = await Promise.all(job.images.map(async (id) => readPicture(gallery, id)));
  return made.filter((picture) => picture !== null);
};

interface Facts {
  version: string;
  modelName: string;
  modelSha256: string | null;
  samplerLabel: string;
}

/** What stands in `info`, a JSON text in the answer. */
const describeJob = (
  job: PictureJobView,
  body: Txt2ImgBody,
  made: readonly Made[],
  facts: Facts,
): Record<string, unknown> => {
  const { parameters } = job;
  // Each picture's own, as drawn; of none what was asked for.
  const told = made.length === 0 ? [parameters] : made.map(({ view }) => view.parameters);
  const prompts = told.map(({ prompt }) => prompt);
  const negatives = told.map(({ negativePrompt }) => negativePrompt);
  const seeds = made.length === 0 ? [parameters.seed] : made.map(({ view }) => view.parameters.seed);
  const subseeds = made.map(({ view }, index) => view.parameters.variationSeed ?? seeds[index]);
  return {
    prompt: prompts[0],
    all_prompts: prompts,
    negative_prompt: negatives[0],
    all_negative_prompts: negatives,
    seed: seeds[0],
    all_seeds: seeds,
    subseed: subseeds[0] ?? seeds[0],
    all_subseeds: subseeds,
    subseed_strength: optionOf(parameters, 'variationStrength'),
    width: parameters.width,
    height: parameters.height,
    sampler_name: facts.samplerLabel,
    cfg_scale: parameters.guidance,
    steps: parameters.steps,
    batch_size: body.batch_size,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: facts.modelName,
    sd_model_hash: facts.modelSha256?.slice(0, 10) ?? null,
    sd_vae_name: null,
    sd_vae_hash: null,
    seed_resize_from_w: optionOf(parameters, 'seedResizeWidth'),
    seed_resize_from_h: optionOf(parameters, 'seedResizeHeight'),
    denoising_strength: null,
    extra_generation_params: Object.fromEntries(optionItems(parameters, parameters.sampler)),
    index_of_first_image: 0,
    infotexts: made.map(({ view }) => view.infotext),
    styles: body.styles,
    job_timestamp: jobTimestamp(job.createdAt),
    clip_skip: parameters.clipSkip,
    is_using_inpainting_conditioning: false,
    version: facts.version,
  };
};

const namesOf = (body: unknown): Set<string> => new Set(Object.keys(body ?? {}));

/**
 * @param own ids of the jobs this API waits for; `interrupt` asks for them
 */
export function txt2imgRoutes(app: StudioApp, dependencies: AppDependencies, own: Set<string>): void {
  const { queue, gallery, models, engine, styles, webuiOptions, version } = dependencies;
  /** Fields a request had before defaults filled the rest. */
  const given = new WeakMap<object, ReadonlySet<string>>();
  const closing = new AbortController();
  app.addHook('preClose', async () =>
    closing.abort(new StudioError('engine_lost', 'The server is stopping; the job stays in its queue.')),
  );

  /** A client that hangs up ends the waiting, not the job: the picture is made and lies in the gallery. */
  const whileConnected = (reply: FastifyReply): AbortSignal => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new StudioError('cancelled', 'The client went away; the job goes on.')));
    return AbortSignal.any([gone.signal, closing.signal]);
  };

  app.post(
    '/sdapi/v1/txt2img',
    {
      schema: { tags: ['webui'], summary: 'Make pictures and wait for them', body: txt2imgBody },
      // Base64 of PNG does not get smaller.
      compress: false,
      preValidation: async (request) => {
        request.body = relaxBody(request.body) as typeof request.body;
        given.set(request, namesOf(request.body));
      },
    },
    async (request, reply) => {
      const { body } = request;
      const catalogue = engine.catalogue ?? (await engine.whenReady());
      const known = body.styles.length === 0 ? [] : (await styles.list()).map(({ name }) => name);
      const asked = toTextToImage(body, given.get(request) ?? new Set(), await webuiOptions.read(), catalogue, known);
      if (body.infotext !== undefined)
        asked.prompt = withOwnNames(models, asked.prompt, readInfotext(body.infotext).loraHashes);
      if (asked.model !== undefined && !body.override_settings_restore_afterwards)
        await models.chooseDefault(asked.model);

      const { id } = await queue.submit(asked, 'sdapi', true);
      own.add(id);
      const ended = await queue.waitFor(id, whileConnected(reply)).finally(() => own.delete(id));
      const job = ended as PictureJobView;
      if (job.state === 'failed') {
        const error = job.error ?? { code: 'internal', message: 'The job failed.' };
        throw fromWire({
          code: error.code as ErrorCode,
          message: error.message,
          ...(error.hint === undefined ? {} : { details: { hint: error.hint } }),
        });
      }

      const made = await readPictures(gallery, job);
      const model = (await models.list()).models.find((entry) => entry.id === job.parameters.model);
      const info = describeJob(job, body, made, {
        version: `Easel ${version}`,
        modelName: stemOf(job.parameters.model),
        modelSha256: model?.sha256 ?? null,
        samplerLabel:
          catalogue.samplers.find((sampler) => sampler.id === job.parameters.sampler)?.label ?? job.parameters.sampler,
      });
      return {
        images: body.send_images ? made.map(({ base64 }) => base64) : [],
        parameters: body,
        info: JSON.stringify(info),
      };
    },
  );
}
