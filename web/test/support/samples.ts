/** What a server would say, for tests without one: two models, a small catalogue, jobs and pictures to vary. */
import { describeOption } from '@easel/shared/options/describe';
import { OPTION_IDS } from '@easel/shared/options/values';
import { LIMITS } from '@easel/shared/units';

import type { TextToImageParameters } from '@easel/shared/generation';
import type { CatalogueView } from '@easel/shared/http/catalogue';
import type { ImageSummary } from '@easel/shared/http/images';
import type { ModelJobView, PictureJobView } from '@easel/shared/http/jobs';
import type { ModelList, ModelView } from '@easel/shared/http/models';

const SMALL: ModelView = {
  id: 'small',
  kind: 'checkpoint',
  name: 'Small scenes',
  fileName: 'small.safetensors',
  root: null,
  sizeBytes: 24_000_000,
  modifiedAt: '2026-01-02T03:04:05.000Z',
  sha256: null,
  hashes: { sha256: null, autoV2: null, autoV3: null, short: null },
  hashing: 'none',
  isUsable: true,
  isAvailable: true,
  reason: null,
  family: 'stable-diffusion-1',
  familyLabel: 'Stable Diffusion 1',
  evidence: 'modelspec',
  detection: {
    family: { value: 'stable-diffusion-1', evidence: 'modelspec.architecture says stable-diffusion-v1' },
    prediction: { value: 'epsilon', evidence: 'nothing in the file says otherwise' },
    zeroTerminalSnr: { value: false, evidence: 'nothing in the file says otherwise' },
  },
  network: null,
  conditioning: { context: 768, text: [768] },
  overrides: {},
  defaults: {
    width: 128,
    height: 128,
    steps: 20,
    guidance: 4,
    sampler: 'dpmpp-2m',
    schedule: 'automatic',
    clipSkip: 1,
    rng: 'nv',
  },
  ownDefaults: {},
  preview: null,
  notes: '',
  triggerWords: [],
  examples: ['a red house'],
};

const LARGE: ModelView = {
  ...SMALL,
  id: 'large',
  name: 'Large scenes',
  defaults: { ...SMALL.defaults!, width: 512, height: 512, guidance: 7 },
};

const BROKEN: ModelView = {
  ...SMALL,
  id: 'broken',
  fileName: 'broken.safetensors',
  isUsable: false,
  reason: { code: 'model_invalid', message: 'The header is cut off.', hint: 'Download it again.' },
  defaults: null,
};

export const MODELS: ModelList = { models: [SMALL, LARGE, BROKEN], defaultModel: 'small', roots: [] };

const entry = (id: string, label: string) => ({ id, label, aliases: [], summary: `${label} in a sentence.` });
const sampler = (id: string, label: string) => ({
  ...entry(id, label),
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
});

export const CATALOGUE: CatalogueView = {
  samplers: [
    sampler('dpmpp-2m', 'DPM++ 2M'),
    { ...sampler('euler', 'Euler'), options: ['sChurn', 'sTmin', 'sTmax', 'discardPenultimateSigma'] },
  ],
  schedules: [entry('automatic', 'Automatic'), { ...entry('karras', 'Karras'), options: ['rho'] }],
  families: [],
  rngs: [entry('nv', 'NV'), entry('cpu', 'CPU')],
  options: OPTION_IDS.map(describeOption),
  limits: LIMITS,
  promptLimit: 100_000,
};

/** Parameters of which none is a default. */
export const PARAMETERS: TextToImageParameters = {
  type: 'text-to-image',
  prompt: 'a lake, 湖',
  negativePrompt: 'fog',
  model: 'large',
  width: 640,
  height: 384,
  steps: 33,
  guidance: 5.5,
  sampler: 'euler',
  schedule: 'karras',
  seed: 4_294_967_301,
  count: 2,
  clipSkip: 2,
  rng: 'cpu',
};

export const jobOf = (changes: Partial<PictureJobView> = {}): PictureJobView => ({
  id: 'job',
  type: 'text-to-image',
  state: 'queued',
  position: 0,
  parameters: PARAMETERS,
  progress: null,
  images: [],
  error: null,
  attempt: 1,
  createdAt: '2026-11-23T10:00:00.000Z',
  startedAt: null,
  endedAt: null,
  ...changes,
});

/** A job that makes a model file. */
export const modelJobOf = (changes: Partial<Extract<ModelJobView, { type: 'convert' }>> = {}): ModelJobView => ({
  id: 'work',
  type: 'convert',
  state: 'running',
  position: null,
  parameters: {
    type: 'convert',
    model: 'large',
    output: 'large-fp16',
    form: 'single-file',
    part: 'all',
    precision: 'fp16',
    ema: 'keep',
    overwrite: false,
  },
  progress: { doneBytes: 3e9, totalBytes: 4e9, activity: 'writing', etaMs: 60_000 },
  images: [],
  result: null,
  error: null,
  attempt: 1,
  createdAt: '2026-11-23T10:00:00.000Z',
  startedAt: '2026-11-23T10:00:01.000Z',
  endedAt: null,
  ...changes,
});

/** @param minute of the hour it was made in, which is its place in the gallery */
export const imageOf = (id: string, minute: number): ImageSummary => ({
  id,
  jobId: 'job',
  width: 128,
  height: 128,
  prompt: 'a lake',
  createdAt: `2026-11-23T10:${String(minute).padStart(2, '0')}:00.000Z`,
});
