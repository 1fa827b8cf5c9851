/** Opens the models of a case as a user's file would be opened: written out, recognised, built, started. Nothing is mocked. */
import { StudioError } from '@easel/shared/errors';

import { PLAIN, type NetworkOptions } from '../../src/families/network-options.ts';
import { openPipeline } from '../../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import type { Pipeline } from '../../src/families/types.ts';
import { startSession } from '../../src/runtime/session.ts';
import type { GoldenCase } from './case.ts';

/** By path and options, for as long as the process lives: many cases share a model. */
const opened = new Map<string, Promise<Pipeline | { readonly missing: string }>>();

/** The pipeline of a model, or why Easel has none for it. @throws what a damaged file would throw */
export function openModel(
  golden: GoldenCase,
  label: string,
  networks?: NetworkOptions,
): Promise<Pipeline | { readonly missing: string }> {
  return openModelFile(golden.checkpoint(label), networks);
}

/** The same for a file that is written out already. */
export function openModelFile(
  path: string,
  networks: NetworkOptions = PLAIN,
): Promise<Pipeline | { readonly missing: string }> {
  const key = `${path} ${JSON.stringify(networks)}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  const opening = open(path, networks);
  opened.set(key, opening);
  return opening;
}

async function open(path: string, networks: NetworkOptions): Promise<Pipeline | { readonly missing: string }> {
  try {
    const pipeline = openPipeline(await recogniseCheckpoint(path), { startSession });
    await pipeline.configure(networks);
    return pipeline;
  } catch (error) {
    if (error instanceof StudioError && error.code === 'model_unsupported') return { missing: error.message };
    throw error;
  }
}
