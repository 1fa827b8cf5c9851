/**
 * Files of the tiny autoencoder brought to one set of names: `encoder.N…` and `decoder.N…`, numbered as diffusers does.
 *
 * The original comes as two files whose layers have no prefix; its decoder counts the clamp as layer 0. diffusers' file
 * has both halves below `encoder.layers` and `decoder.layers`.
 */
import type { CheckpointHeader } from './header.ts';
import type { TensorEntry } from './tensor-entry.ts';

export type TinyHalf = 'encoder' | 'decoder';

const ORIGINAL = /^(\d+)\.(weight|bias|conv\.\d\.(weight|bias))$/;
const DIFFUSERS = /^(encoder|decoder)\.layers\.(.+)$/;
const IMAGE_CHANNELS = 3;

/** Which halves of a tiny autoencoder a header has; empty = it is none. Tells by names and shapes alone. */
export function tinyHalves({ tensors }: Pick<CheckpointHeader, 'tensors'>): readonly TinyHalf[] {
  const has = (name: string): boolean => tensors.has(name);
  if (has('encoder.layers.0.weight') || has('decoder.layers.0.weight'))
    return (['encoder', 'decoder'] as const).filter((half) => has(`${half}.layers.0.weight`));
  const names = [...tensors.keys()];
  if (names.length === 0 || !names.every((name) => ORIGINAL.test(name))) return [];
  if (tensors.get('0.weight')?.shape[1] === IMAGE_CHANNELS) return ['encoder'];
  return has('1.weight') && has('3.conv.0.weight') ? ['decoder'] : [];
}

/** The header under the names of {@link tinyHalves}' layout; one that is no tiny autoencoder comes out empty. */
export function asTinyVae(header: CheckpointHeader): CheckpointHeader {
  const [half] = tinyHalves(header);
  const tensors = new Map<string, TensorEntry>();
  for (const entry of header.tensors.values()) {
    const name = half === undefined ? null : renamed(entry.name, half);
    if (name !== null) tensors.set(name, { ...entry, name });
  }
  return { ...header, tensors };
}

function renamed(name: string, half: TinyHalf): string | null {
  const diffusers = DIFFUSERS.exec(name);
  if (diffusers !== null) return `${diffusers[1]}.${diffusers[2]}`;
  const original = ORIGINAL.exec(name);
  if (original === null) return null;
  const [, layer = '', leaf = ''] = original;
  return `${half}.${Number(layer) - (half === 'decoder' ? 1 : 0)}.${leaf}`;
}
