/**
 * Reads ComfyUI's extra_model_paths.yaml: sections with a `base_path` and, for each kind, one folder or several lines of
 * them. That much of YAML and no more; what is written otherwise is passed over.
 */
import { isAbsolute, resolve } from 'node:path';

import type { ModelKind } from '@easel/shared/http/models';

import { KIND_FOLDERS, MODELS_PREFIX } from './model-kinds.ts';

export interface NamedFolder {
  kind: ModelKind;
  /** Absolute. */
  folder: string;
}

const MOST_LINES = 2000;
const MOST_FOLDERS = 100;

const KIND_OF_KEY = new Map(
  KIND_FOLDERS.flatMap(({ kind, comfyui }) =>
    comfyui.map((folder) => [folder.slice(MODELS_PREFIX.length), kind] as const),
  ),
);

const ENTRY = /^(?<indent> *)(?<key>[\w.-]+) *:(?: +(?<value>.*))?$/;
const unquote = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;

interface Section {
  base: string;
  folders: { kind: ModelKind; path: string }[];
}

/**
 * @param file absolute path of the file, which relative folders are counted from
 * @param home what `~` stands for
 */
export function readComfyPaths(text: string, file: string, home: string): NamedFolder[] {
  const start = resolve(file, '..');
  const expand = (path: string): string => (path === '~' || path.startsWith('~/') ? home + path.slice(1) : path);
  const sections: Section[] = [];
  /** Kind whose lines follow, and how far its key is indented. */
  let block: { kind: ModelKind | null; indent: number } | null = null;

  for (const raw of text.split(/\r?\n/).slice(0, MOST_LINES)) {
    const line = raw.replace(/(^|\s)#.*$/, '').trimEnd();
    if (line.trim() === '') continue;
    const indent = line.length - line.trimStart().length;
    const section = sections.at(-1);
    if (block !== null && indent > block.indent) {
      if (block.kind !== null) section?.folders.push({ kind: block.kind, path: unquote(line.trim()) });
      continue;
    }
    block = null;
    const entry = ENTRY.exec(line)?.groups;
    if (entry === undefined) continue;
    const key = entry['key'] ?? '';
    const value = unquote((entry['value'] ?? '').trim());
    if (indent === 0) {
      sections.push({ base: '', folders: [] });
      continue;
    }
    const kind = KIND_OF_KEY.get(key) ?? null;
    if (key === 'base_path' && section !== undefined) section.base = value;
    else if (value === '' || /^[|>][+-]?$/.test(value)) block = { kind, indent };
    else if (kind !== null) section?.folders.push({ kind, path: value });
  }

  return sections
    .flatMap(({ base, folders }) =>
      folders.map(({ kind, path }) => {
        const wanted = expand(path);
        return { kind, folder: isAbsolute(wanted) ? resolve(wanted) : resolve(start, expand(base), wanted) };
      }),
    )
    .slice(0, MOST_FOLDERS);
}
