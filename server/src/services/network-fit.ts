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

/** @throws model_incompatible for a LoRA of another base; model_unusable with its reason for one that is none */
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
