/**
 * What other programs left beside a model: the WebUI's `name.json` with a person's notes, and `name.civitai.info`.
 *
 * Both come from strangers and are data: of limited size, each entry checked, markup turned into text.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import type { BesideModel } from '@easel/shared/http/model-details';

import type { FilesBeside } from './model-scan.ts';

const MOST_BYTES = 1 << 20;
const TEXT_LIMIT = 4000;
const WORD_LIMIT = 300;
const MOST_WORDS = 50;

/** A plain file of at most so many bytes, whole; null for anything else, links too. */
export async function readSmallFile(path: string, mostBytes: number): Promise<Buffer | null> {
  // O_NONBLOCK: opening a pipe would otherwise wait for a writer.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await open(path, flags).catch(() => null);
  if (handle === null) return null;
  try {
    const facts = await handle.stat();
    return facts.isFile() && facts.size <= mostBytes ? await handle.readFile() : null;
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

type Json = Record<string, unknown>;

const readJson = async (path: string | undefined): Promise<Json> => {
  const bytes = path === undefined ? null : await readSmallFile(path, MOST_BYTES);
  if (bytes === null) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Control characters, halves of characters, and marks that turn the direction of what follows. */
const HIDDEN = /[\p{Surrogate}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;

/** Descriptions are written as HTML; a page gets them as text. */
const plainText = (value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  const text = value
    .slice(0, 4 * TEXT_LIMIT)
    .replaceAll(/<(?:br|\/p|\/li|\/h\d|\/div)\b[^<>]*>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&(\w{2,4});/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replaceAll(HIDDEN, '')
    .replaceAll(/[ \t]+\n|\n{3,}/g, (run) => (run.startsWith('\n') ? '\n\n' : '\n'))
    .trim()
    .slice(0, TEXT_LIMIT)
    // Cut between the halves of a character, or broken before.
    .replaceAll(/\p{Surrogate}/gu, '');
  return text === '' ? null : text;
};

const wordsOf = (values: readonly unknown[]): string[] => [
  ...new Set(
    values
      .filter((value): value is string => typeof value === 'string')
      .map((value) => value.slice(0, WORD_LIMIT).replaceAll(HIDDEN, '').replaceAll(/\s+/g, ' ').trim())
      .filter((value) => value !== '')
      .slice(0, MOST_WORDS),
  ),
];

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** @param folder absolute, which the files lie below */
export async function readBeside(folder: string, { json, civitai }: FilesBeside): Promise<BesideModel> {
  const below = (file: { path: string } | null): string | undefined =>
    file === null ? undefined : join(folder, file.path);
  const [own, site] = await Promise.all([readJson(below(json)), readJson(below(civitai))]);
  const weight = own['preferred weight'];
  const activation = own['activation text'];
  const version = own['sd version'];
  return {
    description: plainText(own['description']) ?? plainText(site['description']),
    notes: plainText(own['notes']),
    triggerWords: wordsOf([
      ...(typeof activation === 'string' ? activation.split(/\s*,\s*/) : []),
      ...list(site['trainedWords']),
    ]),
    baseModel: plainText(site['baseModel']) ?? (version === 'Unknown' ? null : plainText(version)),
    preferredWeight: typeof weight === 'number' && Number.isFinite(weight) && weight !== 0 ? weight : null,
  };
}
