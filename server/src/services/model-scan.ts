/**
 * What lies below models/checkpoints: names, sizes and why something is not even worth opening. It opens no model.
 *
 * Links are not followed (they may lead anywhere, or round in circles), nor anything that is not a regular file opened
 * (reading a pipe never ends).
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { ErrorCode } from '@easel/shared/errors';

export interface FoundModelFile {
  /** Below the folder, forward slashes, with extension. */
  path: string;
  sizeBytes: number;
  mtimeMs: number;
  /** Why it cannot be a model; null when it may be one. */
  reason: { code: ErrorCode; message: string; hint?: string } | null;
}

export interface ModelScan {
  files: FoundModelFile[];
  /** Every folder seen, absolute: what to watch. */
  folders: string[];
}

const DEEPEST = 16;
const MOST_FILES = 10_000;

export const MODEL_EXTENSION = '.safetensors';
/** Formats that hold models of this kind, and that people therefore put here. */
const OTHER_FORMATS = ['.ckpt', '.pt', '.pth', '.bin', '.onnx', '.gguf'];

const extensionOf = (name: string): string => {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
};

const isModelName = (name: string): boolean => [MODEL_EXTENSION, ...OTHER_FORMATS].includes(extensionOf(name));

const unreadable = (thrown: unknown): string => {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'this program may not read it' : (code ?? 'unknown reason');
};

const examineEntry = async (folder: string, path: string, entry: Dirent): Promise<FoundModelFile | null> => {
  const found = { path, sizeBytes: 0, mtimeMs: 0 };
  if (entry.isSymbolicLink()) {
    if (extensionOf(entry.name) !== '' && !isModelName(entry.name)) return null;
    return {
      ...found,
      reason: {
        code: 'model_unsupported',
        message: `${path} is a link, and links are not followed.`,
        hint: 'Put the file itself here, or start with --models and the folder that holds it.',
      },
    };
  }
  if (!isModelName(entry.name)) return null;
  if (!entry.isFile()) {
    return {
      ...found,
      reason: { code: 'model_invalid', message: `${path} is not a regular file.`, hint: 'Only files are opened here.' },
    };
  }
  try {
    const { size, mtimeMs } = await stat(join(folder, path));
    if (extensionOf(entry.name) === MODEL_EXTENSION) return { path, sizeBytes: size, mtimeMs, reason: null };
    return {
      path,
      sizeBytes: size,
      mtimeMs,
      reason: {
        code: 'model_unsupported',
        message: `${path}: this version reads .safetensors files only.`,
        hint: 'Look for a .safetensors version of this model, or convert it.',
      },
    };
  } catch (thrown) {
    return {
      ...found,
      reason: { code: 'model_invalid', message: `${path} cannot be looked at: ${unreadable(thrown)}.` },
    };
  }
};

/** @param folder absolute; one that is not there is empty */
export async function scanModels(folder: string): Promise<ModelScan> {
  const scan: ModelScan = { files: [], folders: [] };
  const walk = async (below: string, depth: number): Promise<void> => {
    let entries: Dirent[];
    try {
      entries = await readdir(join(folder, below), { withFileTypes: true });
      scan.folders.push(join(folder, below));
    } catch (thrown) {
      if (below !== '') {
        const message = `The folder ${below} cannot be read: ${unreadable(thrown)}.`;
        scan.files.push({ path: below, sizeBytes: 0, mtimeMs: 0, reason: { code: 'model_invalid', message } });
      }
      return;
    }
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || scan.files.length >= MOST_FILES) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < DEEPEST) await walk(path, depth + 1);
        continue;
      }
      const file = await examineEntry(folder, path, entry);
      if (file !== null) scan.files.push(file);
    }
  };
  await walk('', 0);
  return scan;
}
