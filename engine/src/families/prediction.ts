/** What a network predicts and how noisy its levels end. No tensor of it shows that; these say it, the first wins. */
import type { CheckpointOverrides } from '@easel/shared/checkpoint';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import type { CheckpointFacts, Prediction } from './types.ts';

type PredictionFacts = Pick<
  CheckpointFacts,
  'prediction' | 'predictionEvidence' | 'zeroTerminalSnr' | 'zeroTerminalSnrEvidence'
>;

/** Words for the two kinds, as files write them; undefined for anything else. */
function predictionOf(value: unknown): Prediction | undefined {
  if (typeof value !== 'string') return undefined;
  const word = value.toLowerCase().replace('-', '_');
  if (word === 'v' || word === 'v_prediction') return 'v';
  return word === 'epsilon' || word === 'eps' ? 'epsilon' : undefined;
}

/** Entries of a sidecar that state the prediction: ours, then those of other programs. */
const SIDECAR_KEYS = ['prediction', 'prediction_type', 'parameterization'] as const;
const SIDECAR_ZERO_KEYS = ['zero_terminal_snr', 'rescale_betas_zero_snr', 'ztsnr'] as const;

/** Why a value stands that somebody chose by hand. */
export const SAID_BY_HAND = 'somebody said so by hand';

/** Who says what, in order of trust. */
function* statements(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
  overrides: CheckpointOverrides,
): Generator<{ prediction: Prediction; evidence: string }> {
  if (overrides.prediction !== undefined) yield { prediction: overrides.prediction, evidence: SAID_BY_HAND };
  for (const key of SIDECAR_KEYS) {
    const prediction = predictionOf(sidecar?.get(key));
    if (prediction !== undefined) yield { prediction, evidence: `the sidecar's ${key} says so` };
  }
  // Marks that trainers leave as empty tensors.
  if (header.tensors.has('v_pred')) yield { prediction: 'v', evidence: 'it has the key v_pred' };
  // Of a diffusers folder.
  const scheduled = predictionOf(header.configs?.get('scheduler')?.get('prediction_type'));
  if (scheduled !== undefined) yield { prediction: scheduled, evidence: 'scheduler_config.json says so' };
  const declared = predictionOf(header.metadata.get('modelspec.prediction_type'));
  if (declared !== undefined) yield { prediction: declared, evidence: 'modelspec.prediction_type says so' };
  if (header.metadata.get('modelspec.architecture')?.endsWith('-v') === true) {
    yield { prediction: 'v', evidence: 'modelspec.architecture ends in -v' };
  }
}

function readZeroTerminalSnr(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
  overrides: CheckpointOverrides,
): { value: boolean; evidence: string | null } {
  if (overrides.zeroTerminalSnr !== undefined) return { value: overrides.zeroTerminalSnr, evidence: SAID_BY_HAND };
  const key = SIDECAR_ZERO_KEYS.find((each) => typeof sidecar?.get(each) === 'boolean');
  if (key !== undefined) return { value: sidecar?.get(key) === true, evidence: `the sidecar's ${key} says so` };
  if (header.tensors.has('ztsnr')) return { value: true, evidence: 'it has the key ztsnr' };
  const isRescaled = header.configs?.get('scheduler')?.get('rescale_betas_zero_snr') === true;
  return { value: isRescaled, evidence: isRescaled ? 'scheduler_config.json says so' : null };
}

/**
 * @param own what the family predicts where nothing is said
 * @param ownEvidence why, where the family cannot be sure; null where all of it predict that
 */
export function readPrediction(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
  own: Prediction,
  ownEvidence: string | null,
  overrides: CheckpointOverrides = {},
): PredictionFacts {
  const [said] = statements(header, sidecar, overrides);
  const prediction = said?.prediction ?? own;
  const reason = said?.evidence ?? ownEvidence;
  const zero = readZeroTerminalSnr(header, sidecar, overrides);
  const levels = zero.value ? ' from pure noise on' : '';
  return {
    prediction,
    predictionEvidence: reason === null ? null : `it predicts ${prediction}${levels}, because ${reason}`,
    zeroTerminalSnr: zero.value,
    zeroTerminalSnrEvidence: zero.evidence,
  };
}
