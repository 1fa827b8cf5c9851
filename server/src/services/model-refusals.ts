/** Why a model that somebody names cannot be had, and what to do about it. */
import { RequestError, type StudioError } from '@easel/shared/errors';
import type { ModelView } from '@easel/shared/http/models';

import { nearest } from './near-names.ts';

/** A model that is there and cannot be used, with its reason. */
export function unusableModel({ id, reason }: Pick<ModelView, 'id' | 'reason'>): StudioError {
  const code =
    reason?.code === 'model_pending' || reason?.code === 'model_unavailable' ? reason.code : 'model_unusable';
  return new RequestError(code, `model: ${id} cannot be used. ${reason?.message ?? ''}`.trim(), {
    field: 'model',
    got: id,
    ...(reason?.hint === undefined ? {} : { hint: reason.hint }),
  });
}

/** @param first why the first of those that are there cannot be used */
export function noModel(first: string | undefined): StudioError {
  return new RequestError('no_model', `There is no usable model.${first === undefined ? '' : ` ${first}`}`, {
    hint: 'Put a Stable Diffusion checkpoint (.safetensors, .ckpt or a diffusers folder) into the folder models/checkpoints. The demo model that came with Easel comes back with "git restore models".',
  });
}

/** A name that nothing has. @param usable those that could be meant */
export function unknownModel(
  reference: string,
  usable: readonly { readonly id: string; readonly name: string }[],
): StudioError {
  const near = nearest(
    reference,
    usable.flatMap(({ id, name }) => [id, name]),
  );
  return new RequestError('unknown_model', `There is no model "${reference.slice(0, 100)}".`, {
    field: 'model',
    got: reference.slice(0, 100),
    limit: usable.slice(0, 50).map(({ id }) => id),
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'GET /api/v1/models lists them.',
  });
}
