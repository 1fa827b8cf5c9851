import { describe, expect, it } from 'vitest';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { parseSidecar } from '../checkpoint/sidecar.ts';
import { readPrediction } from './prediction.ts';

const header = (metadata: Record<string, string>, ...names: string[]): CheckpointHeader => ({
  file: '/nowhere',
  fileBytes: 0,
  modifiedMs: 0,
  metadata: new Map(Object.entries(metadata)),
  tensors: new Map(names.map((name) => [name, { name, dtype: 'F32', shape: [1], offset: 0, byteLength: 4 }])),
});

describe('what a network predicts', () => {
  it('is the family rule, without evidence, where nothing is said', () => {
    const facts = readPrediction(header({}), null, 'epsilon', null);
    expect(facts).toEqual({
      prediction: 'epsilon',
      predictionEvidence: null,
      zeroTerminalSnr: false,
      zeroTerminalSnrEvidence: null,
    });
  });

  it('is v where a trainer left the key v_pred, from pure noise on where it left ztsnr', () => {
    expect(readPrediction(header({}, 'v_pred', 'ztsnr'), null, 'epsilon', null)).toEqual({
      prediction: 'v',
      predictionEvidence: 'it predicts v from pure noise on, because it has the key v_pred',
      zeroTerminalSnr: true,
      zeroTerminalSnrEvidence: 'it has the key ztsnr',
    });
  });

  it.each(['v', 'v_prediction', 'V-Prediction'])('is v where the metadata says %s', (word) => {
    expect(readPrediction(header({ 'modelspec.prediction_type': word }), null, 'epsilon', null).prediction).toBe('v');
  });

  it('is v where the architecture ends so', () => {
    const { prediction } = readPrediction(header({ 'modelspec.architecture': 'a-768-v' }), null, 'epsilon', null);
    expect(prediction).toBe('v');
  });

  it('is what a person wrote in the sidecar, before all else', () => {
    const sidecar = parseSidecar('{"prediction_type": "epsilon", "rescale_betas_zero_snr": false}');
    expect(readPrediction(header({}, 'v_pred', 'ztsnr'), sidecar, 'v', null)).toMatchObject({
      prediction: 'epsilon',
      zeroTerminalSnr: false,
      zeroTerminalSnrEvidence: "the sidecar's rescale_betas_zero_snr says so",
    });
  });

  it('passes over words it does not know', () => {
    const sidecar = parseSidecar('{"prediction": 7, "zero_terminal_snr": "yes"}');
    const odd = readPrediction(header({ 'modelspec.prediction_type': 'sample' }), sidecar, 'epsilon', null);
    expect(odd).toMatchObject({ prediction: 'epsilon', zeroTerminalSnr: false });
  });
});
