/** The facts of a checkpoint: what its family says of all its kind, ruled by what the file and its sidecar say. */
import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import type { GenerationDefaults } from '@easel/shared/generation';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import { GUIDANCE_TENSOR, readDistillation } from './distilled.ts';
import { readExamples, readPreview, readSampling, readSize, readTitle, readUpscaler } from './metadata.ts';
import { readPrediction } from './prediction.ts';
import type { CheckpointFacts, LatentPreview, Prediction, TextFormat } from './types.ts';

/** Latents of the whole line. */
const LATENT = { channels: 4, shift: 0, pixelsPerCell: 8 };

/** How CLIP-L reads prompts; the families differ in which state they take. */
export const CLIP_TEXT = {
  rowLength: 77,
  end: 49407,
  padding: 49407,
  dialect: 'clip',
} as const satisfies Partial<TextFormat>;
/** How OpenCLIP reads them. */
export const OPEN_CLIP_TEXT = {
  rowLength: 77,
  end: 49407,
  padding: 0,
  dialect: 'open-clip',
} as const satisfies Partial<TextFormat>;

/** The encoders as the page shows them. */
export const CLIP_L = { label: 'CLIP-L', padding: CLIP_TEXT.padding, dialect: CLIP_TEXT.dialect };
const openClip = (label: string) => ({ label, padding: OPEN_CLIP_TEXT.padding, dialect: OPEN_CLIP_TEXT.dialect });
export const OPEN_CLIP_H = openClip('OpenCLIP ViT-H');
export const OPEN_CLIP_BIG_G = openClip('OpenCLIP ViT-bigG');

interface OwnFacts {
  /** Factor from the VAE's latents to the sampler's. */
  readonly latentScale: number;
  readonly preview: LatentPreview;
  readonly prediction: Prediction;
  /** Why, where not all of the family predict the same; null where they do. */
  readonly predictionEvidence?: string;
  /** Edge of the picture it was trained on. */
  readonly size: (prediction: Prediction) => number;
  readonly sampling: Pick<GenerationDefaults, 'steps' | 'guidance' | 'sampler' | 'schedule'>;
  readonly text: CheckpointFacts['text'];
}

/** Never fails on odd metadata, which counts as absent. */
export function readFacts(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
  overrides: CheckpointOverrides,
  own: OwnFacts,
): CheckpointFacts {
  const predicted = readPrediction(header, sidecar, own.prediction, own.predictionEvidence ?? null, overrides);
  const distilled = readDistillation(header);
  const edge = distilled?.size ?? own.size(predicted.prediction);
  const { steps, guidance, sampler, schedule } = distilled?.sampling ?? own.sampling;
  return {
    latent: {
      ...LATENT,
      scale: own.latentScale,
      preview: readPreview(header, sidecar, LATENT.channels) ?? own.preview,
    },
    ...predicted,
    defaultsEvidence: distilled?.evidence ?? null,
    guidanceWidth: header.tensors.get(GUIDANCE_TENSOR)?.shape[1] ?? null,
    text: own.text,
    defaults: {
      ...(readSize(header, sidecar) ?? { width: edge, height: edge }),
      steps,
      guidance,
      ...readSampling(sidecar),
      sampler,
      schedule,
      clipSkip: 1,
      rng: 'nv',
      ...readUpscaler(sidecar),
    },
    title: readTitle(header, sidecar),
    examples: readExamples(sidecar),
  };
}
