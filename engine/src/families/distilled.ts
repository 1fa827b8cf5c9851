/**
 * Checkpoints that were taught to paint in a few steps, by the names their makers give them: but for one kind, nothing
 * else in a file shows it. Only defaults depend on it, and the evidence says so.
 */
import { basename, extname } from 'node:path';

import type { GenerationDefaults } from '@easel/shared/generation';
import type { NetworkSampling } from '@easel/shared/networks';

import type { CheckpointHeader } from '../checkpoint/header.ts';

type Sampling = Pick<GenerationDefaults, 'steps' | 'guidance' | 'sampler' | 'schedule'>;

interface Method {
  readonly label: string;
  /** In a name in small letters. */
  readonly word: RegExp;
  readonly sampling: Sampling;
  /** Edge of its pictures where that is not the family's. */
  readonly size?: number;
}

/** Guidance 1 is none: what these learnt has it built in. */
const WITHOUT_GUIDANCE = 1;
const FEW = { guidance: WITHOUT_GUIDANCE, sampler: 'euler', schedule: 'sgm-uniform' };

/** From the most to the least specific. Sources: the model cards of stabilityai, ByteDance and latent-consistency. */
const METHODS: readonly Method[] = [
  {
    label: 'Turbo',
    word: /^sd(_?xl)?[-_]turbo/,
    sampling: { steps: 1, guidance: WITHOUT_GUIDANCE, sampler: 'euler-ancestral', schedule: 'automatic' },
    size: 512,
  },
  { label: 'Lightning', word: /lightning/, sampling: { ...FEW, steps: 4 } },
  { label: 'Hyper-SD', word: /hyper[-_ ]?sd|(^|[^a-z])hyper([^a-z]|$)/, sampling: { ...FEW, steps: 8 } },
  { label: 'LCM', word: /(^|[^a-z])lcm([^a-z]|$)/, sampling: { ...FEW, steps: 6, sampler: 'lcm' } },
  {
    // What others trained from Turbo keeps the family's size and takes a little guidance.
    label: 'Turbo',
    word: /(^|[^a-z])turbo([^a-z]|$)/,
    sampling: { steps: 8, guidance: 2, sampler: 'dpmpp-sde', schedule: 'karras' },
  },
];

/** Some say for how many steps they were made: `4step`, `8_steps`. */
const STEPS = /(^|[^\d])([1-9]|1\d)[-_ ]?steps?/;

export interface Distillation {
  readonly sampling: Sampling;
  readonly size: number | undefined;
  /** A clause for a sentence. */
  readonly evidence: string;
}

/** By which a U-Net is told the guidance. */
export const GUIDANCE_TENSOR = 'model.diffusion_model.time_embed.cond_proj.weight';

/** The first latent consistency models; the scale is the one of their makers' example. */
const TOLD_GUIDANCE: Distillation = {
  sampling: { ...FEW, steps: 4, guidance: 8, sampler: 'lcm' },
  size: undefined,
  evidence: 'its U-Net is told the guidance, as only latent consistency models are',
};

interface NetworkMethod extends Omit<Method, 'size'> {
  /** Tells it from styles of the same name: at least one of them stands in the name too. */
  readonly beside?: RegExp;
}

/** LoRA that teach any checkpoint to paint in a few steps. Their names are words of styles, too. */
const NETWORK_METHODS: readonly NetworkMethod[] = [
  {
    // Their makers' file that keeps guidance.
    label: 'Hyper-SD with guidance',
    word: /hyper[-_ ]?sd.*cfg/,
    sampling: { ...FEW, steps: 8, guidance: 5 },
  },
  { label: 'Hyper-SD', word: /hyper[-_ ]?sd/, sampling: { ...FEW, steps: 8 } },
  { label: 'Lightning', word: /lightning/, sampling: { ...FEW, steps: 4 }, beside: /steps?([^a-z]|$)|sd_?xl/ },
  { label: 'LCM', word: /(^|[^a-z])lcm([^a-z]|$)/, sampling: { ...FEW, steps: 4, sampler: 'lcm' } },
  {
    label: 'Turbo',
    word: /(^|[^a-z])turbo([^a-z]|$)/,
    sampling: { ...FEW, steps: 4, sampler: 'euler-ancestral' },
    beside: /sd|xl|steps?([^a-z]|$)/,
  },
];

/** The same of a LoRA; null for one that leaves the number of steps alone. */
export function readNetworkDistillation(header: CheckpointHeader): NetworkSampling | null {
  for (const [source, name] of namesOf(header)) {
    const method = NETWORK_METHODS.find(({ word, beside }) => word.test(name) && (beside?.test(name) ?? true));
    if (method === undefined) continue;
    const stated = STEPS.exec(name)?.[2];
    const steps = stated === undefined ? method.sampling.steps : Number(stated);
    return { ...method.sampling, steps, evidence: `${source} says ${method.label}` };
  }
  return null;
}

/** What a file is called, in small letters, with where that stands. */
const namesOf = ({ file, metadata }: CheckpointHeader): readonly (readonly [source: string, name: string])[] =>
  (
    [
      ['modelspec.architecture', metadata.get('modelspec.architecture')],
      ['modelspec.title', metadata.get('modelspec.title')],
      ['its file name', basename(file, extname(file))],
    ] as const
  ).map(([source, text]) => [source, text?.toLowerCase() ?? ''] as const);

/** null for a checkpoint that paints in the ordinary number of steps. */
export function readDistillation(header: CheckpointHeader): Distillation | null {
  if (header.tensors.has(GUIDANCE_TENSOR)) return TOLD_GUIDANCE;
  for (const [source, name] of namesOf(header)) {
    const method = METHODS.find(({ word }) => word.test(name));
    if (method === undefined) continue;
    const stated = STEPS.exec(name)?.[2];
    const steps = stated === undefined ? method.sampling.steps : Number(stated);
    const evidence = `its defaults are those of ${method.label}, because ${source} says so`;
    return { sampling: { ...method.sampling, steps }, size: method.size, evidence };
  }
  return null;
}
