/** Unpacks deflated bytes without believing how many they will be. */
import { inflateRaw } from 'node:zlib';

/** null when the bytes are not deflated, or are not exactly as many as stated. */
export function unpack(packed: Uint8Array, byteLength: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    inflateRaw(packed, { maxOutputLength: Math.max(1, byteLength) }, (error, bytes) => {
      resolve(error === null && bytes.length === byteLength ? bytes : null);
    });
  });
}
