/**
 * Requests for work on model files: from names to files, checked before they are queued and again before they run. The
 * engine does the work; job-queue.ts decides when.
 */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

import type { EngineModelJob, ModelSource } from '@easel/shared/engine';
import { RequestError, StudioError } from '@easel/shared/errors';
import { mergeProblem, type ModelWorkParameters, type ModelWorkRequest } from '@easel/shared/model-work';

import type { ModelLibrary } from './model-library.ts';

export interface ModelWorkOptions {
  models: ModelLibrary;
  /** Absolute path of the own models folder. */
  folder: string;
}

/** Where what is made goes, below the models folder. */
const FOLDERS = { checkpoint: 'checkpoints', vae: 'vae' } as const;

export class ModelWork {
  readonly #options: ModelWorkOptions;

  constructor(options: ModelWorkOptions) {
    this.#options = options;
  }

  /**
   * Checks a request and gives every model its id.
   * @throws unknown_model, model_unusable, not_allowed, name_taken
   */
  async resolve(request: ModelWorkRequest): Promise<ModelWorkParameters> {
    const idOf = async (reference: string, field: string): Promise<string> =>
      (await naming(field, async () => this.#source(reference))).id;
    const vae = request.vae === undefined ? {} : { vae: await idOf(request.vae, 'vae') };
    const base =
      request.type === 'merge' || request.base === undefined ? {} : { base: await idOf(request.base, 'base') };
    const loras = request.type === 'merge' ? undefined : request.loras;
    const baked = await eachInTurn(loras ?? [], async (lora, i) => ({
      ...lora,
      model: (await naming(`loras.${i}.model`, async () => this.#lora(lora.model))).id,
    }));
    const parameters: ModelWorkParameters =
      request.type === 'convert'
        ? {
            ...request,
            model: await idOf(request.model, 'model'),
            ...vae,
            ...base,
            ...(loras === undefined ? {} : { loras: baked }),
          }
        : {
            ...request,
            models: await eachInTurn(request.models, async (each, i) => idOf(each, `models.${i}`)),
            ...vae,
          };
    requireSense(parameters);
    const target = await this.#targetOf(parameters);
    if (!parameters.overwrite && (await exists(target))) throw taken(parameters.output);
    return parameters;
  }

  /** What the engine is asked for. @throws as {@link resolve}; storage_unavailable */
  async plan(jobId: string, parameters: ModelWorkParameters): Promise<EngineModelJob> {
    const orNone = async (reference: string | undefined): Promise<ModelSource | null> =>
      reference === undefined ? null : this.#source(reference);
    const references = parameters.type === 'convert' ? [parameters.model] : parameters.models;
    const target = await this.#targetOf(parameters);
    await mkdir(dirname(target), { recursive: true }).catch((cause: unknown) => {
      const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
      throw new StudioError(
        'storage_unavailable',
        `The folder ${dirname(target)} cannot be made (${code}).`,
        {},
        { cause },
      );
    });
    return {
      jobId,
      parameters,
      sources: await eachInTurn(references, async (reference) => this.#source(reference)),
      vae: await orNone(parameters.vae),
      base: await orNone(parameters.type === 'convert' ? parameters.base : undefined),
      ...(parameters.type === 'merge' || parameters.loras === undefined
        ? {}
        : { loras: await eachInTurn(parameters.loras, async ({ model }) => this.#lora(model)) }),
      target,
    };
  }

  /** A checkpoint or a file of a VAE, usable for pictures or not: a U-Net alone can be made whole, a VAE taken in. */
  async #source(reference: string): Promise<ModelSource> {
    const { id, file, sha256, overrides } = await this.#options.models.resolveFile(reference, ['checkpoint', 'vae']);
    return { id, file, sha256, overrides };
  }

  async #lora(reference: string): Promise<ModelSource> {
    const { id, file, sha256 } = await this.#options.models.resolveFile(reference, ['lora']);
    return { id, file, sha256 };
  }

  /** @throws bad_name where a link would lead out of the folder */
  async #targetOf(parameters: ModelWorkParameters): Promise<string> {
    const isVae = parameters.type === 'convert' && parameters.part === 'vae';
    const isFolder = parameters.type === 'convert' && parameters.form === 'diffusers';
    const name = isFolder ? parameters.output : `${parameters.output}.safetensors`;
    const folder = join(this.#options.folder, isVae ? FOLDERS.vae : FOLDERS.checkpoint);
    const target = join(folder, ...name.split('/'));
    if (!(await isInside(folder, dirname(target)))) {
      throw new RequestError('bad_name', `output: ${parameters.output} leads out of its folder through a link.`, {
        field: 'output',
        got: parameters.output,
        hint: 'Choose a folder that is no link.',
      });
    }
    return target;
  }
}

/** Whether a folder that is there, or would be made, really lies in another; that one itself may be a link. */
async function isInside(outer: string, inner: string): Promise<boolean> {
  const home = await realpath(outer).catch(() => null);
  if (home === null) return true;
  let there = inner;
  for (;;) {
    const real = await realpath(there).catch(() => null);
    if (real !== null) return real === home || real.startsWith(home + sep);
    there = dirname(there);
  }
}

/** Refusals say which field of this request they are about. */
async function naming<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown;
    throw new RequestError(thrown.code, thrown.message.replace(/^model:/, `${field}:`), { ...thrown.details, field });
  }
}

async function eachInTurn<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) results.push(await work(item, index));
  return results;
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

const taken = (name: string): RequestError =>
  new RequestError('name_taken', `output: there already is a model "${name}".`, {
    field: 'output',
    got: name,
    hint: 'Choose another name, or ask for overwrite.',
  });

/** @throws not_allowed where fields that are right by themselves do not go together */
function requireSense(parameters: ModelWorkParameters): void {
  const problem = parameters.type === 'merge' ? mergeProblem(parameters) : convertProblem(parameters);
  if (problem === null) return;
  const { field, message } = problem;
  throw new RequestError('not_allowed', `${field}: ${message}.`, {
    field,
    hint: 'See docs/guides/convert-and-merge.md.',
  });
}

function convertProblem({
  part,
  form,
  vae,
  loras,
}: Extract<ModelWorkParameters, { type: 'convert' }>): { field: string; message: string } | null {
  if (loras !== undefined && form === 'diffusers')
    return { field: 'loras', message: 'a LoRA is baked into a single file; convert that to a folder then' };
  if (part !== 'vae') return null;
  if (loras !== undefined) return { field: 'loras', message: 'a VAE alone has nothing that a LoRA changes' };
  if (form === 'diffusers') return { field: 'form', message: 'a VAE alone is written as a single file' };
  return vae === undefined ? null : { field: 'vae', message: 'a VAE alone has no other to take in' };
}
