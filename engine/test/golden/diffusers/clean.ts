/** What diffusers does to a predicted picture before it steps: cut it off, or bring its brightest part back into range. */
import type { Denoise } from '../../../src/numeric/denoise.ts';
import type { Tensor } from '../../../src/numeric/tensor.ts';
import type { Config } from './types.ts';

/** The number below which `part` of the sorted values lie, linear between two of them, as torch.quantile. */
function quantile(sorted: Float32Array, part: number): number {
  const place = part * (sorted.length - 1);
  const low = Math.floor(place);
  const below = sorted[low] as number;
  return below + (place - low) * ((sorted[Math.min(low + 1, sorted.length - 1)] as number) - below);
}

function thresholded(x: Tensor, ratio: number, highest: number): Tensor {
  const count = x.shape[0] ?? 1;
  const size = x.data.length / count;
  const data = new Float32Array(x.data.length);
  for (let start = 0; start < data.length; start += size) {
    const part = x.data.subarray(start, start + size);
    const limit = Math.min(Math.max(quantile(part.map(Math.abs).sort(), ratio), 1), highest);
    for (let i = 0; i < size; i++) data[start + i] = Math.min(Math.max(part[i] as number, -limit), limit) / limit;
  }
  return { data, shape: x.shape };
}

/** What the config does to predictions; undefined where it leaves them alone. Thresholding goes before clipping, as there. */
export function cleanerOf(config: Config): ((x: Tensor) => Tensor) | undefined {
  if (config['thresholding'] === true) {
    return (x) => thresholded(x, Number(config['dynamic_thresholding_ratio']), Number(config['sample_max_value']));
  }
  if (config['clip_sample'] !== true) return undefined;
  const range = Number(config['clip_sample_range']);
  return (x) => ({ data: x.data.map((value) => Math.min(Math.max(value, -range), range)), shape: x.shape });
}

/** The denoiser with its predictions treated as the config says. */
export function cleaned(denoise: Denoise, config: Config): Denoise {
  const clean = cleanerOf(config);
  return clean === undefined ? denoise : async (x, sigma) => clean(await denoise(x, sigma));
}
