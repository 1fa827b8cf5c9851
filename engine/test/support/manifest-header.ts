/** The header a manifest's file would have, without the file: graphs can be built from it, weights cannot be read. */
import type { CheckpointHeader } from '../../src/checkpoint/header.ts';
import type { FileDtype, TensorEntry } from '../../src/checkpoint/tensor-entry.ts';
import type { Manifest } from './formula-weights.ts';

const BYTES: Partial<Record<FileDtype, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8 };

export function headerOfManifest(manifest: Manifest, file = '/nowhere/model.safetensors'): CheckpointHeader {
  const tensors = new Map<string, TensorEntry>();
  let offset = 8;
  for (const [name, dtype, shape] of manifest.tensors) {
    const byteLength = shape.reduce((product, extent) => product * extent, BYTES[dtype] ?? NaN);
    tensors.set(name, { name, dtype, shape, offset, byteLength });
    offset += byteLength;
  }
  return { file, fileBytes: offset, modifiedMs: 0, metadata: new Map(Object.entries(manifest.metadata)), tensors };
}
