/** Compact upscalers: realesr-general-x4v3, realesr-animevideov3 and the community's small ones; 1x ones clean a picture. */
import { CheckpointWeights } from '../checkpoint/weights.ts';
import { build } from '../graph/build.ts';
import { readSrvggConfig, srvgg, type SrvggConfig } from '../modules/srvgg.ts';
import type { Upscaler } from './types.ts';

/** The layers are numbered through, weight and bias; nothing else is in the file. */
const NAME = /^body\.\d+\.(weight|bias)$/;

export const compact: Upscaler = {
  id: 'compact',
  label: 'Compact (SRVGG)',
  detect(header) {
    const { tensors } = header;
    if (!tensors.has('body.0.weight') || tensors.get('body.1.weight')?.shape.length !== 1) return null;
    if (![...tensors.keys()].every((name) => NAME.test(name))) return null;
    const config = readSrvggConfig(new CheckpointWeights(header).scope('', 'upscaler'));
    return config === null ? null : { scale: config.scale, reach: config.depth };
  },
  build(header) {
    const weights = new CheckpointWeights(header);
    const scope = weights.scope('', 'upscaler');
    const { inputs, outputs } = srvgg(scope, readSrvggConfig(scope) as SrvggConfig);
    weights.requireAllRead([]);
    return build('upscaler', inputs, outputs);
  },
};
