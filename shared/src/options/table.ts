/**
 * The one table of guidance, attention and seed options. From a row come the field of the request, the control in the
 * page, what infotexts say and what the WebUI's API calls it; the function that does it is the engine's.
 *
 * Ids are fields of the request and are never renamed. Neutral values are left out of parameters, files and messages.
 */
import { LIMITS } from '../units.ts';
import { choice, model, number, toggle, upscaler, whole, type OptionRow } from './row.ts';

const SIDE = LIMITS.width.maximum;
/** A side of a picture, in pixels, of any model; 0 = that of the picture itself. */
const side = whole(0, 8192, 0);
/** Samplers of which the WebUI speaks as DDIM's. */
const DDIM = ['ddim', 'ddim-cfgpp'] as const;
const scoreOf = (neutral: number) => number(0, 10, neutral, 0.1);

export const OPTIONS = {
  // Seed
  variationStrength: {
    label: 'Variation strength',
    summary:
      'How far the first noise is moved towards that of the variation seed: 0 is the seed alone, 1 the other alone.',
    group: 'seed',
    readBy: 'any',
    value: number(0, 1, 0, 0.01),
    isCommon: true,
    infotext: { key: 'Variation seed strength' },
    webui: { field: 'subseed_strength' },
  },
  variationSeed: {
    label: 'Variation seed',
    summary: 'The seed the noise is moved towards; -1 draws one. Each further picture takes the next.',
    group: 'seed',
    readBy: 'any',
    value: whole(-1, Number.MAX_SAFE_INTEGER, -1),
    needs: { id: 'variationStrength' },
    isCommon: true,
    infotext: { key: 'Variation seed', isAlwaysWritten: true },
    webui: { field: 'subseed' },
  },
  seedResizeWidth: {
    label: 'Resize seed from width',
    summary:
      'Lays the noise of a picture of this width in the middle, so that another size shows about the same scene.',
    group: 'seed',
    readBy: 'any',
    value: whole(0, SIDE, 0, { multipleOf: 8 }),
    infotext: { key: 'Seed resize from', part: 1 },
    webui: { field: 'seed_resize_from_w' },
  },
  seedResizeHeight: {
    label: 'Resize seed from height',
    summary: 'The height that belongs to it; both must be given.',
    group: 'seed',
    readBy: 'any',
    value: whole(0, SIDE, 0, { multipleOf: 8 }),
    infotext: { key: 'Seed resize from', part: 2 },
    webui: { field: 'seed_resize_from_h' },
  },

  // Refiner
  refiner: {
    label: 'Refiner',
    summary:
      'A second model that finishes the picture, such as the refiner of Stable Diffusion XL. Both must share their latents.',
    group: 'refiner',
    readBy: 'any',
    value: model,
    isCommon: true,
    infotext: { key: 'Refiner' },
    webui: { field: 'refiner_checkpoint' },
  },
  refinerMethod: {
    label: 'How it refines',
    summary: 'Taking over hands it the unfinished picture; a second pass lets it repaint the finished one a little.',
    group: 'refiner',
    readBy: 'any',
    value: choice(
      { id: 'switch', label: 'Takes over', text: 'Switch' },
      { id: 'pass', label: 'Second pass', text: 'Second pass' },
    ),
    needs: { id: 'refiner' },
    infotext: { key: 'Refiner method' },
  },
  refinerSwitchAt: {
    label: 'Takes over at',
    summary: 'The part of the noise levels the first model keeps: at 0.8 the refiner paints the last fifth.',
    group: 'refiner',
    readBy: 'any',
    value: number(0, 1, 0.8, 0.01),
    needs: { id: 'refinerMethod', is: 'switch' },
    isCommon: true,
    infotext: { key: 'Refiner switch at', isAlwaysWritten: true },
    webui: { field: 'refiner_switch_at' },
  },
  refinerStrength: {
    label: 'Strength of the second pass',
    summary: 'How much of the finished picture the refiner may repaint.',
    group: 'refiner',
    readBy: 'any',
    value: number(0.01, 1, 0.3, 0.01),
    needs: { id: 'refinerMethod', is: 'pass' },
    isCommon: true,
    infotext: { key: 'Refiner strength', isAlwaysWritten: true },
  },

  // Guidance
  guidanceRescale: {
    label: 'Guidance rescale',
    summary:
      'Brings the spread of the guided prediction back to that of the prompt’s own; cures the burnt look of models with zero terminal SNR. 0.7 is usual there.',
    group: 'guidance',
    readBy: 'any',
    value: number(0, 1, 0, 0.05),
    infotext: { key: 'CFG Rescale', also: ['CFG rescale', 'CFG Rescale φ', 'CFG Rescale phi'] },
  },
  mimicScale: {
    label: 'Mimic guidance',
    summary: 'Dynamic thresholding: with high guidance, keeps the range of values that this lower guidance would have.',
    group: 'guidance',
    readBy: 'any',
    value: number(0, 30, 0, 0.5, { usualMaximum: 15 }),
    infotext: {
      key: 'Mimic scale',
      beside: [
        ['Dynamic thresholding enabled', 'True'],
        ['Separate Feature Channels', 'True'],
        ['Scaling Startpoint', 'MEAN'],
        ['Variability Measure', 'AD'],
        ['Interpolate Phi', '1'],
      ],
    },
  },
  thresholdPercentile: {
    label: 'Threshold percentile',
    summary: 'How many of the values, in percent, the range is measured by; 100 is all of them.',
    group: 'guidance',
    readBy: 'any',
    value: number(90, 100, 100, 0.05),
    needs: { id: 'mimicScale' },
    infotext: { key: 'Threshold percentile', isAlwaysWritten: true },
  },
  skipEarlyGuidance: {
    label: 'Skip early guidance',
    summary:
      'Paints the first part of the steps without the negative prompt and without guidance: freer, and twice as fast there.',
    group: 'guidance',
    readBy: 'any',
    value: number(0, 1, 0, 0.01),
    infotext: { key: 'Skip Early CFG' },
    webui: { settings: [{ name: 'skip_early_cond' }] },
  },
  guidanceEnd: {
    label: 'Guidance ends at',
    summary: 'The part of the steps after which guidance is off: little changes there, and they take half the time.',
    group: 'guidance',
    readBy: 'any',
    value: number(0, 1, 1, 0.01),
    infotext: { key: 'CFG end' },
  },
  ngms: {
    label: 'Negative guidance minimum sigma',
    summary: 'Leaves out the negative prompt at every other step once the noise is below this level; faster.',
    group: 'guidance',
    readBy: 'any',
    value: number(0, 15, 0, 0.01),
    infotext: { key: 'NGMS' },
    webui: { field: 's_min_uncond', settings: [{ name: 's_min_uncond' }] },
  },
  ngmsAllSteps: {
    label: '… at every step',
    summary: 'Leaves it out at all steps below that level, not only at every other.',
    group: 'guidance',
    readBy: 'any',
    value: toggle,
    needs: { id: 'ngms' },
    infotext: { key: 'NGMS all steps' },
    webui: { settings: [{ name: 's_min_uncond_all' }] },
  },

  // Sampling
  eta: {
    label: 'Eta',
    summary:
      'How much fresh noise the sampler adds: 0 none, 1 all its method allows. Ancestral and SDE samplers take 1 by themselves, DDIM 0.',
    group: 'sampling',
    readBy: 'sampler',
    value: number(0, 1, null, 0.01),
    infotext: { key: 'Eta', bySampler: { ddim: 'Eta DDIM', 'ddim-cfgpp': 'Eta DDIM' }, also: ['Eta DDIM'] },
    webui: {
      field: 'eta',
      settings: [
        { name: 'eta_ancestral', neutral: 1, notFor: DDIM },
        { name: 'eta_ddim', neutral: 0, onlyFor: DDIM },
      ],
    },
  },
  sNoise: {
    label: 'Sigma noise',
    summary: 'Factor on all noise the sampler adds on the way.',
    group: 'sampling',
    readBy: 'sampler',
    value: number(0, 1.1, 1, 0.001),
    infotext: { key: 'Sigma noise' },
    webui: { field: 's_noise', settings: [{ name: 's_noise' }] },
  },
  sChurn: {
    label: 'Sigma churn',
    summary: 'Adds noise back before each step, so that later steps can mend earlier ones.',
    group: 'sampling',
    readBy: 'sampler',
    value: number(0, 100, 0, 0.5),
    infotext: { key: 'Sigma churn' },
    webui: { field: 's_churn', settings: [{ name: 's_churn' }] },
  },
  sTmin: {
    label: 'Sigma tmin',
    summary: 'Churn only above this noise level.',
    group: 'sampling',
    readBy: 'sampler',
    value: number(0, 10, 0, 0.01),
    needs: { id: 'sChurn' },
    infotext: { key: 'Sigma tmin' },
    webui: { field: 's_tmin', settings: [{ name: 's_tmin' }] },
  },
  sTmax: {
    label: 'Sigma tmax',
    summary: 'Churn only below this noise level; 0 is no bound.',
    group: 'sampling',
    readBy: 'sampler',
    value: number(0, 999, 0, 0.5, { usualMaximum: 20 }),
    needs: { id: 'sChurn' },
    infotext: { key: 'Sigma tmax' },
    webui: { field: 's_tmax', settings: [{ name: 's_tmax' }] },
  },
  ensd: {
    label: 'Noise seed delta',
    summary:
      'Added to the seed for all noise after the first (ENSD). Pictures from other programs name it; 31337 is common.',
    group: 'sampling',
    readBy: 'sampler',
    value: whole(0, 2 ** 32 - 1, 0),
    infotext: { key: 'ENSD' },
    webui: { settings: [{ name: 'eta_noise_seed_delta' }] },
  },
  sgmNoiseMultiplier: {
    label: 'SGM noise multiplier',
    summary: 'Starts with a little more noise, as the reference code of Stable Diffusion XL does.',
    group: 'sampling',
    readBy: 'sampler',
    value: toggle,
    infotext: { key: 'SGM noise multiplier' },
    webui: { settings: [{ name: 'sgm_noise_multiplier' }] },
  },

  // Schedule
  discardPenultimateSigma: {
    label: 'Discard penultimate sigma',
    summary: 'Leaves out the last noise level before none, whatever the sampler.',
    group: 'schedule',
    readBy: 'sampler',
    value: toggle,
    infotext: { key: 'Discard penultimate sigma' },
    webui: { settings: [{ name: 'always_discard_next_to_last_sigma' }] },
  },
  sigmaMin: {
    label: 'Lowest sigma',
    summary: 'The noise level of the last step; 0 is the model’s own.',
    group: 'schedule',
    readBy: 'schedule',
    value: number(0, 2, 0, 0.001),
    infotext: { key: 'Schedule min sigma' },
    webui: { settings: [{ name: 'sigma_min' }] },
  },
  sigmaMax: {
    label: 'Highest sigma',
    summary: 'The noise level of the first step; 0 is the model’s own.',
    group: 'schedule',
    readBy: 'schedule',
    value: number(0, 60, 0, 0.01),
    infotext: { key: 'Schedule max sigma' },
    webui: { settings: [{ name: 'sigma_max' }] },
  },
  rho: {
    label: 'Rho',
    summary: 'How strongly the schedule bends towards small levels; 0 is its own (7 for Karras).',
    group: 'schedule',
    readBy: 'schedule',
    value: number(0, 30, 0, 0.01),
    infotext: { key: 'Schedule rho' },
    webui: { settings: [{ name: 'rho' }] },
  },
  noiseSchedule: {
    label: 'Noise levels of the model',
    summary:
      'The levels the model is taken to be trained at. Zero terminal SNR begins in pure noise: for v-prediction models trained so.',
    group: 'schedule',
    readBy: 'any',
    value: choice(
      { id: 'automatic', label: 'As detected', text: 'Automatic' },
      { id: 'default', label: 'Ordinary', text: 'Default' },
      { id: 'zero-terminal-snr', label: 'Zero terminal SNR', text: 'Zero Terminal SNR' },
    ),
    infotext: { key: 'Noise Schedule' },
    webui: { settings: [{ name: 'sd_noise_schedule', neutral: 'Default' }] },
  },

  // Picture
  upscaler: {
    label: 'Upscaler',
    summary: 'Enlarges the finished picture with a network of its own; "none" keeps it as it was painted.',
    group: 'picture',
    readBy: 'any',
    value: upscaler,
    isCommon: true,
    infotext: { key: 'Upscaler' },
  },
  tiling: {
    label: 'Tiling',
    summary: 'Makes the picture continue at its opposite edge, so that it can be laid side by side.',
    group: 'picture',
    readBy: 'any',
    value: choice(
      { id: 'off', label: 'Off', text: 'False' },
      { id: 'both', label: 'In both directions', text: 'True' },
      { id: 'x', label: 'Sideways', text: 'X' },
      { id: 'y', label: 'Upwards', text: 'Y' },
    ),
    isCommon: true,
    infotext: { key: 'Tiling' },
    webui: { field: 'tiling', settings: [{ name: 'tiling' }] },
  },

  // Inside the network
  tokenMerging: {
    label: 'Token merging',
    summary: 'Part of the picture’s cells that attention merges with their like: faster, at some loss of detail.',
    group: 'network',
    readBy: 'any',
    value: number(0, 0.9, 0, 0.05),
    infotext: { key: 'Token merging ratio' },
    webui: { settings: [{ name: 'token_merging_ratio' }] },
  },
  pagScale: {
    label: 'Perturbed attention',
    summary:
      'Leads away from a prediction whose self-attention was switched off (PAG): clearer structure, half again the time.',
    group: 'network',
    readBy: 'any',
    value: number(0, 30, 0, 0.1, { usualMaximum: 10 }),
    infotext: { key: 'PAG Scale' },
  },
  freeuBackbone1: {
    label: 'FreeU backbone 1',
    summary: 'Factor on half of the features of the deepest level that go up (FreeU).',
    group: 'network',
    readBy: 'any',
    value: number(0, 2, 1, 0.01),
    infotext: { key: 'freeu_b1' },
  },
  freeuBackbone2: {
    label: 'FreeU backbone 2',
    summary: 'The same for the second level.',
    group: 'network',
    readBy: 'any',
    value: number(0, 2, 1, 0.01),
    infotext: { key: 'freeu_b2' },
  },
  freeuSkip1: {
    label: 'FreeU skip 1',
    summary: 'Factor on the coarse part of what skips the deepest level.',
    group: 'network',
    readBy: 'any',
    value: number(0, 4, 1, 0.01),
    infotext: { key: 'freeu_s1' },
  },
  freeuSkip2: {
    label: 'FreeU skip 2',
    summary: 'The same for the second level.',
    group: 'network',
    readBy: 'any',
    value: number(0, 4, 1, 0.01),
    infotext: { key: 'freeu_s2' },
  },
  freeuVersion: {
    label: 'FreeU version',
    summary:
      'The second makes strong features stronger and tells levels apart by width, as Forge does; the first is that of diffusers.',
    group: 'network',
    readBy: 'any',
    value: choice({ id: '2', label: 'Second' }, { id: '1', label: 'First' }),
    infotext: { key: 'freeu_version', also: ['FreeU Version'] },
  },

  // What Stable Diffusion XL is told beside the prompt
  originalWidth: {
    label: 'Original width',
    summary: 'The width the picture shall seem to be scaled from; small ones look blurred. 0 is its own.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Original size', part: 1 },
  },
  originalHeight: {
    label: 'Original height',
    summary: 'The height that belongs to it.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Original size', part: 2 },
  },
  cropTop: {
    label: 'Crop from the top',
    summary: 'How much shall seem to be cut off above, in pixels.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Crop top' },
    webui: { settings: [{ name: 'sdxl_crop_top' }] },
  },
  cropLeft: {
    label: 'Crop from the left',
    summary: 'How much shall seem to be cut off at the left, in pixels.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Crop left' },
    webui: { settings: [{ name: 'sdxl_crop_left' }] },
  },
  targetWidth: {
    label: 'Target width',
    summary: 'The width the picture shall seem to be scaled to. 0 is its own.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Target size', part: 1 },
  },
  targetHeight: {
    label: 'Target height',
    summary: 'The height that belongs to it.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Target size', part: 2 },
  },
  negativeOriginalWidth: {
    label: 'Original width of the negative',
    summary: 'The same for what the picture is led away from. 0 is that of the prompt.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Negative original size', part: 1 },
  },
  negativeOriginalHeight: {
    label: 'Original height of the negative',
    summary: 'The height that belongs to it.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Negative original size', part: 2 },
  },
  negativeCropTop: {
    label: 'Crop of the negative from the top',
    summary: 'As for the prompt; by itself what the prompt has.',
    group: 'conditioning',
    readBy: 'family',
    value: whole(0, 8192, null),
    infotext: { key: 'Negative crop top' },
  },
  negativeCropLeft: {
    label: 'Crop of the negative from the left',
    summary: 'As for the prompt; by itself what the prompt has.',
    group: 'conditioning',
    readBy: 'family',
    value: whole(0, 8192, null),
    infotext: { key: 'Negative crop left' },
  },
  negativeTargetWidth: {
    label: 'Target width of the negative',
    summary: 'The same for what the picture is led away from. 0 is that of the prompt.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Negative target size', part: 1 },
  },
  negativeTargetHeight: {
    label: 'Target height of the negative',
    summary: 'The height that belongs to it.',
    group: 'conditioning',
    readBy: 'family',
    value: side,
    infotext: { key: 'Negative target size', part: 2 },
  },
  aestheticScore: {
    label: 'Aesthetic score',
    summary: 'How pleasing the picture shall seem to the refiner, 1 to 10.',
    group: 'conditioning',
    readBy: 'family',
    value: scoreOf(6),
    infotext: { key: 'Aesthetic score' },
    webui: { settings: [{ name: 'sdxl_refiner_high_aesthetic_score' }] },
  },
  negativeAestheticScore: {
    label: 'Aesthetic score of the negative',
    summary: 'How pleasing that shall seem which the refiner is led away from.',
    group: 'conditioning',
    readBy: 'family',
    value: scoreOf(2.5),
    infotext: { key: 'Negative aesthetic score' },
    webui: { settings: [{ name: 'sdxl_refiner_low_aesthetic_score' }] },
  },
} as const satisfies Record<string, OptionRow>;

export type OptionId = keyof typeof OPTIONS;
