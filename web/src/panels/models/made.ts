/** From the name of a file that was made to the id the library gives it. */
import type { ModelPart } from '@easel/shared/model-work';

/** @param file below the folder it was made in, with extension; a folder of diffusers has none */
export function idOfMade(file: string, part: ModelPart): string {
  const stem = file.replace(/\.safetensors$/i, '');
  return part === 'vae' ? `vae:${stem}` : stem;
}
