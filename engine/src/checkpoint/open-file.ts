/** Opens any single file of weights. What it is, its first bytes say; its name does not matter. */
import { CheckpointFile, invalid } from './checkpoint-file.ts';
import { readSafetensors, type CheckpointHeader } from './header.ts';
import { readTorchStream, readTorchZip, type TorchFile } from './torch-file.ts';
import { headerOfTorch } from './torch-tensors.ts';

type Format = 'safetensors' | 'torch-zip' | 'torch-stream';

const HEAD_BYTES = 64;
const BRACE = 0x7b;
const PROTOCOL = 0x80;
/** torch's magic number as the first pickle of a stream has it in protocol 1, which has no mark of its own. */
const MAGIC_LINE = 'L119547037146038801333356L\n';

function formatOf(head: Buffer): Format {
  // Before the rest: the length of a header may begin with any bytes.
  if (head[8] === BRACE) return 'safetensors';
  if (head.subarray(0, 4).equals(Buffer.from('PK\x03\x04'))) return 'torch-zip';
  if (head[0] === PROTOCOL && (head[1] ?? 255) <= 5) return 'torch-stream';
  return head.toString('latin1').startsWith(MAGIC_LINE) ? 'torch-stream' : 'safetensors';
}

/** What people save in place of a model. */
function mistakenFor(head: Buffer): string | null {
  const text = head.toString('latin1').trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) return 'it is a web page';
  if (text.startsWith('version https://git-lfs')) return 'it is only a pointer to a file kept elsewhere (Git LFS)';
  return null;
}

/** The header of a file in any format that is known. @throws model_gone | model_invalid | pickle_unsafe */
export async function openFile(path: string): Promise<CheckpointHeader> {
  const opened = await CheckpointFile.open(path);
  try {
    const head = await opened.read(0, Math.min(HEAD_BYTES, opened.fileBytes));
    const mistake = mistakenFor(head);
    if (mistake !== null) throw invalid(opened.file, mistake, { hint: 'Download the model itself.' });
    const format = formatOf(head);
    if (format === 'safetensors') return await readSafetensors(opened);
    return headerOfTorch(await readTorch(opened, format), opened);
  } finally {
    await opened.close();
  }
}

const readTorch = (opened: CheckpointFile, format: Exclude<Format, 'safetensors'>): Promise<TorchFile> =>
  format === 'torch-zip' ? readTorchZip(opened) : readTorchStream(opened);
