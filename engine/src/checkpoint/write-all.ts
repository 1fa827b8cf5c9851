/** Writes bytes to the end: the system may take fewer at once than it is given. */
import type { FileHandle } from 'node:fs/promises';

/**
 * @param position where they go; null = where the last ones ended
 * @param refusal what a write that fails becomes
 */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number | null,
  refusal: (cause: unknown) => Error,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const place = position === null ? null : position + done;
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, place).catch((cause: unknown) => {
      throw refusal(cause);
    });
    done += bytesWritten;
  }
}
