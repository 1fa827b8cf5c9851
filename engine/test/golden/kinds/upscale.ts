/** Compact upscalers, from files of the sizes the community has them in, and the same picture in tiles. */
import { startSession } from '../../../src/runtime/session.ts';
import { openUpscaler } from '../../../src/upscalers/open-upscaler.ts';
import { checkOf, compare, type Check } from '../compare.ts';
import type { Kind } from './types.ts';

const MANIFEST = 'model.manifest.json';

/** Smaller than the pictures of the cases, so that some of them come in parts. */
const SMALL_TILE = 9;

export const upscale: Kind = {
  run: 'upscale/compact',
  check: async (golden) => {
    const checks: Check[] = [];
    for (const [name, tile] of [
      ['image_out', undefined],
      ['image_out in tiles', SMALL_TILE],
    ] as const) {
      const upscaler = await openUpscaler(golden.file(MANIFEST), startSession, tile);
      try {
        const made = await upscaler.upscale(golden.input('image'));
        checks.push(checkOf(name, [compare(name, made, golden.stored('image_out'), golden.bound)]));
      } finally {
        await upscaler.release();
      }
    }
    return checks;
  },
};
