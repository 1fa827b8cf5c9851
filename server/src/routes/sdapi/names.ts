/** Between our ids and the names of the WebUI's API. */
import type { Descriptor } from '@easel/shared/catalogue';
import type { RngSource } from '@easel/shared/generation';

/** The WebUI writes names of schedules with underscores: `sgm_uniform`. */
export const scheduleName = ({ id }: Pick<Descriptor, 'id'>): string => id.replaceAll('-', '_');

/** A model is called by its file's name there, without folders and extension. */
export const stemOf = (modelId: string): string => modelId.slice(modelId.lastIndexOf('/') + 1);

export const RANDN_SOURCES = ['GPU', 'CPU', 'NV'] as const;

/** Ours are a GPU's numbers computed anywhere, which the WebUI calls NV; to ask for GPU asks for the same numbers. */
export const toRng = (source: (typeof RANDN_SOURCES)[number]): RngSource => (source === 'CPU' ? 'cpu' : 'nv');
export const fromRng = (rng: RngSource): (typeof RANDN_SOURCES)[number] => (rng === 'cpu' ? 'CPU' : 'NV');

/** `20261123142501`, by the computer's clock. */
export const jobTimestamp = (iso: string): string => {
  const at = new Date(iso);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join('');
};
