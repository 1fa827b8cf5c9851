/**
 * Real files by name, shape and type alone: what each is, that all its graphs build, and that every tensor is accounted for.
 * Nothing is run. One check per file.
 */
import { join } from 'node:path';

import { recogniseKind } from '../../../src/families/file-kind.ts';
import { recogniseHeader } from '../../../src/families/recognise.ts';
import { hasManifest, readManifest } from '../../support/formula-weights.ts';
import { headerOfManifest } from '../../support/manifest-header.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, failed, unknown, type Check, type Comparison } from '../compare.ts';
import type { Kind } from './types.ts';

/** What the case counts in a file. */
interface Count {
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
}

/** Our word for what a file is: a family, or a network alone. By the name the oracle gives it. */
const MEANING: Readonly<Record<string, string>> = {
  sd15: 'stable-diffusion-1',
  'sd15-training': 'stable-diffusion-1',
  'sd15-inpaint': 'stable-diffusion-1-inpaint',
  pix2pix: 'instruct-pix2pix',
  sd2: 'stable-diffusion-2',
  sdxl: 'stable-diffusion-xl',
  'sdxl-inpaint': 'stable-diffusion-xl-inpaint',
  'sdxl-refiner': 'stable-diffusion-xl-refiner',
};
const ALONE: readonly (readonly [name: RegExp, kind: string])[] = [
  [/^taesd/, 'tiny-vae'],
  [/vae/, 'vae'],
  [/unet/, 'unet'],
];

const exactly = (name: string, actual: number, expected: number): Comparison => ({
  name,
  error: Math.abs(actual - expected),
  bound: 0,
});

function checkFile(golden: GoldenCase, name: string, count: Count): Check {
  const path = join(golden.folder, `${name}.manifest.json`);
  if (!hasManifest(path)) return failed(name, 'has no manifest');
  const header = headerOfManifest(readManifest(path), `/nowhere/${name}.safetensors`);
  const entries = [...header.tensors.values()];
  const counted = [
    exactly('tensors', entries.length, count.tensors),
    exactly(
      'parameters',
      sum(entries, ({ shape }) => shape.reduce((product, extent) => product * extent, 1)),
      count.parameters,
    ),
    exactly(
      'bytes',
      sum(entries, ({ byteLength }) => byteLength),
      count.bytes,
    ),
  ];
  const family = MEANING[name];
  const alone = ALONE.find(([pattern]) => pattern.test(name))?.[1];
  if (family === undefined && alone === undefined) return unknown(name, 'a kind of file this runner has no word for');
  if (family === undefined) return meaning(name, recogniseKind(header)?.kind, alone, counted);
  const recognised = recogniseHeader(header, null);
  recognised.family.check(header, null);
  return meaning(name, recognised.family.id, family, counted);
}

/** Misses where the meaning is another, else where a number is. */
function meaning(name: string, got: string | undefined, wanted: string | undefined, counted: Comparison[]): Check {
  return got === wanted ? checkOf(name, counted) : failed(name, `taken for ${got ?? 'nothing known'}, is ${wanted}`);
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** For cases that run nothing and name files. */
export const manifests: Kind = {
  run: 'manifests',
  check: async (golden) => {
    const { files } = golden.json as unknown as { files: Readonly<Record<string, Count>> };
    return Object.entries(files).map(([name, count]) => {
      try {
        return checkFile(golden, name, count);
      } catch (error) {
        // One file that cannot be built is a miss of that file.
        return failed(name, error instanceof Error ? error.message : String(error));
      }
    });
  },
};
