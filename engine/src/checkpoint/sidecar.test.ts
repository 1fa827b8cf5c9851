import { describe, expect, it } from 'vitest';

import { parseModelConfig } from './sidecar.ts';
import { readYamlScalars } from './yaml-scalars.ts';

/** In the form of the config that the 768 model came with. */
const V_CONFIG = `model:
  base_learning_rate: 1.0e-4
  target: ldm.models.diffusion.ddpm.LatentDiffusion
  params:
    parameterization: "v"   # what it was trained for
    linear_start: 0.00085
    image_size: 64
    scale_factor: 0.18215
    use_ema: False # we set this to false because this is an inference only config

    unet_config:
      target: ldm.modules.diffusionmodules.openaimodel.UNetModel
      params:
        parameterization: nonsense
        attention_resolutions: [ 4, 2, 1 ]
        in_channels: 4
`;

describe('a YAML config', () => {
  it('is read as far as single values go', () => {
    const scalars = readYamlScalars(V_CONFIG);
    expect(scalars.get('model.params.parameterization')).toBe('v');
    expect(scalars.get('model.base_learning_rate')).toBe(0.0001);
    expect(scalars.get('model.params.use_ema')).toBe(false);
    expect(scalars.get('model.params.unet_config.params.in_channels')).toBe(4);
    expect(scalars.has('model.params.unet_config.params.attention_resolutions')).toBe(false);
  });

  it('survives what it does not understand', () => {
    const odd =
      '%YAML 1.2\n---\n- a: 1\n  b: |\n   text: here\n\tc: d\n? x\n: y\n&z q: *z\n"k ey": \'v\'\n: :\n{a: b}\n';
    expect(() => readYamlScalars(odd)).not.toThrow();
    expect(readYamlScalars('"k ey": \'v # w\'').size).toBe(1);
  });
});

describe('the config of a model', () => {
  it('tells the prediction of the model itself, not of a part', () => {
    expect(parseModelConfig(V_CONFIG)?.get('parameterization')).toBe('v');
  });

  it('means the ordinary prediction where it names none', () => {
    const silent = V_CONFIG.replace(/^ {4}parameterization.*\n/m, '');
    expect(parseModelConfig(silent)?.get('parameterization')).toBe('eps');
  });

  it('of Stable Diffusion XL names it by the denoiser', () => {
    const xl = (scaling: string): string =>
      `model:\n  target: sgm.models.diffusion.DiffusionEngine\n  params:\n    scale_factor: 0.13025\n    denoiser_config:\n      params:\n        scaling_config:\n          target: sgm.modules.diffusionmodules.denoiser_scaling.${scaling}\n`;
    expect(parseModelConfig(xl('VScaling'))?.get('parameterization')).toBe('v');
    expect(parseModelConfig(xl('EpsScaling'))?.get('parameterization')).toBe('eps');
  });

  it('is none where the file is about something else', () => {
    expect(parseModelConfig('name: a model\nmodel: 7\n')).toBeNull();
  });
});
