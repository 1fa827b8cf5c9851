import { describe, expect, it } from 'vitest';

import { readComfyPaths } from './comfy-paths.ts';

const read = (text: string) => readComfyPaths(text, '/comfy/extra_model_paths.yaml', '/home/me');

describe('extra_model_paths.yaml', () => {
  it('names folders below a base, one or several a kind', () => {
    const text = `
# a comment
a111:
    base_path: /webui/   # where it is
    checkpoints: models/Stable-diffusion
    vae: "models/VAE"
    loras: |
         models/Lora
         models/LyCORIS
    unet: models/unet
    custom_nodes: custom_nodes
other:
    base_path: ~/more
    is_default: true
    checkpoints: /elsewhere/checkpoints/
`;
    expect(read(text)).toEqual([
      { kind: 'checkpoint', folder: '/webui/models/Stable-diffusion' },
      { kind: 'vae', folder: '/webui/models/VAE' },
      { kind: 'lora', folder: '/webui/models/Lora' },
      { kind: 'lora', folder: '/webui/models/LyCORIS' },
      { kind: 'checkpoint', folder: '/elsewhere/checkpoints' },
    ]);
  });

  it('counts relative folders from its own', () => {
    expect(read('x:\n  checkpoints: sub\n')).toEqual([{ kind: 'checkpoint', folder: '/comfy/sub' }]);
    expect(read('x:\n  base_path: ~/m\n  vae: v\n')).toEqual([{ kind: 'vae', folder: '/home/me/m/v' }]);
  });

  it('passes over what it does not understand, and a flood of lines', () => {
    expect(read('- a\n- b\n{"x": 1}\n\t: :\ncheckpoints: top level\n')).toEqual([]);
    const flood = `x:\n  base_path: /b\n${'  checkpoints: a\n'.repeat(100_000)}`;
    expect(read(flood)).toHaveLength(100);
  });
});
