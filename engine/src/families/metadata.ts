/**
 * What a checkpoint says in words: its metadata first, then the sidecar next to it. Every entry is optional and comes
 * from strangers; one that is odd counts as absent.
 */
import { LIMITS, type NumberLimit } from '@easel/shared/units';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import type { LatentPreview } from './types.ts';

type Row = readonly [number, number, number];

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isRow = (value: unknown): value is Row => Array.isArray(value) && value.length === 3 && value.every(isNumber);

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Own property of something that may not be an object. */
function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** Attention heads where the file, a folder's configs or the sidecar state them; no tensor shows them. */
export function readHeads(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
): { text: number | null; unet: number | null } {
  const config = parseJson(header.metadata.get('demo.config'));
  const count = (value: unknown): number | null =>
    Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : null;
  return {
    text:
      count(member(member(config, 'text'), 'heads')) ??
      count(header.configs?.get('text_encoder')?.get('num_attention_heads')) ??
      count(sidecar?.get('clip_heads')),
    unet:
      count(member(member(config, 'unet'), 'heads')) ??
      // By an old misnomer of diffusers' a single number there is that of the heads.
      count(header.configs?.get('unet')?.get('attention_head_dim')) ??
      count(sidecar?.get('unet_heads')),
  };
}

/** The checkpoint's own map from latent to colour; null when it has none. */
export function readPreview(header: CheckpointHeader, sidecar: Sidecar | null, channels: number): LatentPreview | null {
  const rows = parseJson(header.metadata.get('easel.latent_rgb')) ?? sidecar?.get('latent_rgb');
  if (!Array.isArray(rows) || rows.length !== channels + 1 || !rows.every(isRow)) return null;
  // Stored for colours 0..1, the constant last; ours are -1..1 like decoded pictures.
  const [r, g, b] = rows[channels] as Row;
  return {
    matrix: rows.slice(0, channels).map((row: Row): Row => [2 * row[0], 2 * row[1], 2 * row[2]]),
    bias: [2 * r - 1, 2 * g - 1, 2 * b - 1],
  };
}

const fits = (value: unknown, limit: NumberLimit): value is number =>
  isNumber(value) &&
  value >= limit.minimum &&
  value <= limit.maximum &&
  (!limit.integer || Number.isInteger(value)) &&
  (limit.multipleOf === undefined || value % limit.multipleOf === 0);

/** Latent cells are this many pixels wide in all of the line. */
const PIXELS_PER_CELL = 8;

/** What the U-Net's config in a diffusers folder says; its `sample_size` counts latent cells. */
function configuredSize(header: CheckpointHeader): number | undefined {
  const cells = header.configs?.get('unet')?.get('sample_size');
  return isNumber(cells) ? cells * PIXELS_PER_CELL : undefined;
}

/**
 * Size in image pixels: the sidecar's, else `modelspec.resolution` (`512x768` or `512`), else what a diffusers folder's
 * config says; null when none is usable.
 */
export function readSize(header: CheckpointHeader, sidecar: Sidecar | null): { width: number; height: number } | null {
  const text = /^\s*(\d+)(?:\s*x\s*(\d+))?\s*$/i.exec(header.metadata.get('modelspec.resolution') ?? '');
  const width = sidecar?.get('width') ?? (text === null ? configuredSize(header) : Number(text[1]));
  const height = sidecar?.get('height') ?? (text === null ? configuredSize(header) : Number(text[2] ?? text[1]));
  return fits(width, LIMITS.width) && fits(height, LIMITS.height) ? { width, height } : null;
}

/** Steps and guidance that the sidecar suggests; absent where it does not. */
export function readSampling(sidecar: Sidecar | null): { steps?: number; guidance?: number } {
  const steps = sidecar?.get('steps');
  const guidance = sidecar?.get('cfg');
  return {
    ...(fits(steps, LIMITS.steps) ? { steps } : {}),
    ...(fits(guidance, LIMITS.guidance) ? { guidance } : {}),
  };
}

/** The upscaler its pictures are made for, as the library names it. */
export function readUpscaler(sidecar: Sidecar | null): { upscaler?: string } {
  const upscaler = sidecar?.get('upscaler');
  return typeof upscaler === 'string' && upscaler.trim() !== '' && upscaler.length <= TITLE_LIMIT ? { upscaler } : {};
}

const TITLE_LIMIT = 200;
const EXAMPLE_LIMIT = 12;

export function readTitle(header: CheckpointHeader, sidecar: Sidecar | null): string | null {
  const title = header.metadata.get('modelspec.title') ?? sidecar?.get('title');
  return typeof title === 'string' && title.trim() !== '' ? title.trim().slice(0, TITLE_LIMIT) : null;
}

/** Prompts the maker suggests. */
export function readExamples(sidecar: Sidecar | null): string[] {
  const prompts = sidecar?.get('prompts');
  if (!Array.isArray(prompts)) return [];
  return prompts
    .filter((prompt): prompt is string => typeof prompt === 'string' && prompt.length <= 1000)
    .slice(0, EXAMPLE_LIMIT);
}
