/** Whether the files a prompt names go with a model, in words for refusals. The rule is shared/src/networks.ts. */
import { RequestError } from '@easel/shared/errors';
import { findMisfit, type NetworkBase, type NetworkMisfit, type NetworkTarget } from '@easel/shared/networks';

import type { ModelFile } from './model-library.ts';

/** The model that pictures are to be made with. */
export interface PromptTarget extends NetworkTarget {
  readonly id: string;
}

const LABELS: Readonly<Record<NetworkBase, string>> = {
  sd1: 'Stable Diffusion 1',
  sd2: 'Stable Diffusion 2',
  sdxl: 'Stable Diffusion XL',
};

/** null where it goes with the model, or nothing is known of it. */
export const misfitOf = ({ view }: Pick<ModelFile, 'view'>, target: NetworkTarget): NetworkMisfit | null =>
  view.network === null ? null : findMisfit(view.network, target);

/** @throws model_incompatible for a LoRA of another base, or one that is for baking; model_unusable with its reason for one that is none */
export function requireFit(name: string, file: Pick<ModelFile, 'view'>, target: PromptTarget): void {
  const { reason } = file.view;
  const shown = name.slice(0, 100);
  if (reason !== null && reason.code !== 'model_pending') {
    throw new RequestError('model_unusable', `prompt: the LoRA "${shown}" cannot be used. ${reason.message}`, {
      field: 'prompt',
      got: shown,
      hint: reason.hint ?? 'Take its tag out of the prompt.',
    });
  }
  const misfit = misfitOf(file, target);
  if (misfit === null) return;
  if (misfit.by === 'channels') throw forBaking(shown, misfit, target);
  const [made, has, way] =
    misfit.by === 'base'
      ? [`for ${LABELS[misfit.network]}`, `is of ${LABELS[misfit.model]}`, `of ${LABELS[misfit.network]}`]
      : [`for text of width ${misfit.network.join(' and ')}`, `reads ${misfit.model.join(' and ')}`, 'it was made for'];
  throw new RequestError(
    'model_incompatible',
    `prompt: the LoRA "${shown}" was made ${made}; the model "${target.id}" ${has}.`,
    {
      field: 'prompt',
      got: misfit.network,
      limit: misfit.model,
      hint: `Choose a model ${way}, or take the tag <lora:${shown}> out of the prompt.`,
    },
  );
}

/** Of a LoRA that makes another kind of model, as one for inpainting does. */
function forBaking(
  name: string,
  { network, model }: NetworkMisfit & { by: 'channels' },
  { id }: PromptTarget,
): RequestError {
  const kind = network === INPAINTING_CHANNELS ? 'an inpainting model' : 'another kind of model';
  const made = network === INPAINTING_CHANNELS ? `${id}-inpaint` : `${id}-${network}`;
  return new RequestError(
    'model_incompatible',
    `prompt: the LoRA "${name}" makes ${kind} of another, with ${network} channels for ${model}; it cannot run beside "${id}".`,
    {
      field: 'prompt',
      got: network,
      limit: model,
      hint: `Bake it in once: npm run easel -- convert ${id} models/checkpoints/${made} --lora ${name}, or Convert on the models page. Then choose ${made}, and take the tag out of the prompt.`,
    },
  );
}

/** The latent, the mask, and the latent of what the mask leaves. */
const INPAINTING_CHANNELS = 9;
