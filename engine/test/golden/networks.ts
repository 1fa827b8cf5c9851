/** Opens the models of a case as a user's file would be opened: written out, recognised, built, started. Nothing is mocked. */
import { StudioError } from '@easel/shared/errors';

import { openPipeline } from '../../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import type { Pipeline } from '../../src/families/types.ts';
import { startSession } from '../../src/runtime/session.ts';
import type { GoldenCase } from './case.ts';

/** By path, for as long as the process lives: many cases share a model. */
const opened = new Map<string, Promise<Pipeline | { readonly missing: string }>>();

/** The pipeline of a model, or why Easel has none for it. @throws what a damaged file would throw */
export function openModel(golden: GoldenCase, label: string): Promise<Pipeline | { readonly missing: string }> {
  return openModelFile(golden.checkpoint(label));
}

/** The same for a file that is written out already. */
export function openModelFile(path: string): Promise<Pipeline | { readonly missing: string }> {
  const known = opened.get(path);
  if (known !== undefined) return known;
  const opening = open(path);
  opened.set(path, opening);
  return opening;
}

async function open(path: string): Promise<Pipeline | { readonly missing: string }> {
  try {
    return openPipeline(await recogniseCheckpoint(path), { startSession });
  } catch (error) {
    if (error instanceof StudioError && error.code === 'model_unsupported') return { missing: error.message };
    throw error;
  }
}
