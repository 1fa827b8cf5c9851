/** Files of other kinds laid among checkpoints: refused by what they are, never as something broken. */
import { describe, expect, it } from 'vitest';

import { findFamily } from '../../src/families/recognise.ts';
import { headerOfManifest } from '../support/manifest-header.ts';

const FILES: readonly [what: string, names: readonly string[], sentence: RegExp][] = [
  ['an IP-Adapter', ['image_proj.proj.weight', 'ip_adapter.1.to_k_ip.weight'], /It looks like an IP-Adapter,/],
  [
    'an image encoder',
    ['vision_model.embeddings.class_embedding', 'visual_projection.weight'],
    /It looks like an image encoder,/,
  ],
  [
    'a motion module',
    [
      'down_blocks.0.motion_modules.0.temporal_transformer.norm.weight',
      'up_blocks.0.motion_modules.0.temporal_transformer.norm.weight',
    ],
    /It looks like a motion module,/,
  ],
  ['a file of neither', ['vision_mode.embeddings.class_embedding'], /Nothing in it is known\./],
];

describe('a file that is no checkpoint', () => {
  it.each(FILES)('%s is named in the refusal', (_what, names, message) => {
    const header = headerOfManifest({
      metadata: {},
      tensors: names.map((name) => [name, 'F16', [4, 4], 0, 1] as const),
    });
    expect(() => findFamily(header)).toThrow(
      expect.objectContaining({ code: 'model_unsupported', message: expect.stringMatching(message) }),
    );
  });
});
