/** The files that a prompt names: LoRA by their tags, textual inversions by their words. Names only, never paths. */
import type { EngineAdapter, EngineEmbedding, EngineHypernetwork } from '@easel/shared/engine';
import { RequestError, toStudioError } from '@easel/shared/errors';
import type { GenerationParameters } from '@easel/shared/generation';
import type { NetworkTarget } from '@easel/shared/networks';
import { LORA_BLOCK_COUNTS, LORA_BLOCK_PRESETS } from '@easel/shared/prompt/lora-blocks';
import { renameLoras } from '@easel/shared/prompt/network-edits';
import type { FoundLora, FoundName } from '@easel/shared/prompt/problems';
import { dropComments, readHypernetworkTag, readLoraTag, takeTags } from '@easel/shared/prompt/tags';

import type { ModelFile, ModelLibrary } from './model-library.ts';
import { withoutEnding } from './model-names.ts';
import { nearest } from './near-names.ts';
import { misfitOf, requireFit, type PromptTarget } from './network-fit.ts';
import type { NamedNetwork } from './picture.ts';
import { findEmbeddings } from './prompt-embeddings.ts';

export interface PromptFiles {
  readonly adapters: EngineAdapter[];
  readonly hypernetworks: EngineHypernetwork[];
  readonly embeddings: EngineEmbedding[];
}

export interface NamedFiles {
  /** What the engine gets. */
  readonly files: PromptFiles;
  /** The same for people: each file once, by the name the prompt has for it. */
  readonly networks: readonly NamedNetwork[];
  /** Words of embeddings that the model reads as words, since they were made for another. */
  readonly skipped: readonly string[];
}

/** More than anybody uses, and few enough to look up. */
const MOST_LORAS = 100;

/**
 * @param target the model they are used with
 * @throws lora_not_found naming the tag and near names; model_incompatible for a LoRA of another base; model_unusable;
 *   unknown_tag; not_allowed for block weights or steps that say nothing; out_of_range for too many tags
 */
export async function promptFiles(
  models: ModelLibrary,
  { prompt, negativePrompt, steps: stepCount }: Pick<GenerationParameters, 'prompt' | 'negativePrompt' | 'steps'>,
  target: PromptTarget,
): Promise<NamedFiles> {
  const { tags } = takeTags(dropComments(prompt));
  if (tags.length > MOST_LORAS) {
    throw new RequestError('out_of_range', `prompt: at most ${MOST_LORAS} tags, this one has ${tags.length}.`, {
      field: 'prompt',
      limit: MOST_LORAS,
      got: tags.length,
    });
  }
  const adapters: EngineAdapter[] = [];
  const hypernetworks: EngineHypernetwork[] = [];
  const networks = new Map<string, NamedNetwork>();
  for (const tag of tags) {
    const hypernetwork = readHypernetworkTag(tag);
    if (hypernetwork !== null) {
      hypernetworks.push({ file: await hypernetworkFile(models, hypernetwork.name), weight: hypernetwork.weight });
      continue;
    }
    const lora = readLoraTag(tag);
    if (lora === null) throw unknownTag(tag.kind);
    const { textWeight, unetWeight, rankLimit, blocks, steps, unread } = lora;
    if (unread.length > 0) throw unreadPart(unread[0] as string);
    const found = await loraFile(models, lora.name);
    requireFit(lora.name, found, target);
    networks.set(lora.name, { kind: 'lora', name: lora.name, id: found.id });
    adapters.push({
      file: found.file,
      textWeight,
      unetWeight,
      rankLimit,
      ...(blocks === null ? {} : { blocks }),
      ...(steps === null ? {} : { steps }),
    });
  }
  const texts = [
    { text: prompt, isNegative: false },
    { text: negativePrompt, isNegative: true },
  ];
  const named = await findEmbeddings(models, texts, stepCount, target);
  const embeddings: EngineEmbedding[] = [];
  for (const { name, view, skipped } of named) {
    if (skipped !== null) continue;
    const { id, file } = await models.resolveFile(view.id, ['embedding']);
    embeddings.push({ name, file });
    networks.set(`embedding ${name}`, { kind: 'embedding', name, id });
  }
  return {
    files: { adapters, hypernetworks, embeddings },
    networks: [...networks.values()],
    skipped: named.filter(({ skipped }) => skipped !== null).map(({ name }) => name),
  };
}

/** By its file's name alone as everywhere, or with the folders it lies in. */
const loraReference = (name: string): string => (name.includes('/') ? `lora:${name}` : name);

/**
 * Tells of names in tags whether a job would find them, whether they go with the model, and which are like them, as tags
 * have them.
 *
 * @param target null = whatever it is, all go with it
 */
export async function loraFinder(
  models: ModelLibrary,
  target: NetworkTarget | null = null,
): Promise<(name: string) => FoundLora> {
  const names = (await models.list({ kind: 'lora' })).models.map(({ id }) => id.replace(/^.*lora:/, ''));
  const known = new Map<string, FoundLora>();
  const look = (name: string): FoundLora => {
    const view = models.peekFile(loraReference(name), ['lora']);
    if (view !== null)
      return { isFound: true, near: [], isFitting: target === null || misfitOf({ view }, target) === null };
    return { isFound: false, near: known.size < MOST_LORAS ? nearest(name, names) : [] };
  };
  return (name) => {
    const found = known.get(name) ?? look(name);
    known.set(name, found);
    return found;
  };
}

/**
 * A prompt of another program with our names for the LoRA it means: a tag whose name is not known here names the file
 * with the digits that the program wrote for it.
 *
 * @param hashes digits by name, of an infotext
 */
export const withOwnNames = (models: ModelLibrary, prompt: string, hashes: ReadonlyMap<string, string>): string =>
  renameLoras(prompt, (name) => {
    // Names stand there without what separates them.
    const digits = hashes.get(name.replaceAll(/[:,]/g, ''));
    if (digits === undefined || models.peekFile(loraReference(name), ['lora']) !== null) return null;
    return models.peekFile(digits, ['lora'])?.id.replace(/^.*lora:/, '') ?? null;
  });

async function loraFile(models: ModelLibrary, name: string): Promise<ModelFile> {
  try {
    return await models.resolveFile(loraReference(name), ['lora']);
  } catch (thrown) {
    const error = toStudioError(thrown);
    if (error.code !== 'unknown_model') throw error;
    const { near } = (await loraFinder(models))(name);
    throw new RequestError('lora_not_found', `prompt: there is no LoRA "${name.slice(0, 100)}".`, {
      field: 'prompt',
      got: name.slice(0, 100),
      hint:
        near.length > 0
          ? `Did you mean ${near.join(' or ')}?`
          : 'Put its file into models/loras, or take the tag out of the prompt.',
    });
  }
}

const hypernetworkReference = (name: string): string => (name.includes('/') ? `hypernetwork:${name}` : name);

/** As {@link loraFinder}. */
export async function hypernetworkFinder(models: ModelLibrary): Promise<(name: string) => FoundName> {
  const { models: known } = await models.list({ kind: 'hypernetwork' });
  const names = known.map(({ id }) => withoutEnding(id.replace(/^.*hypernetwork:/, '')));
  return (name) => {
    const isFound = models.peekFile(hypernetworkReference(name), ['hypernetwork']) !== null;
    return { isFound, near: isFound ? [] : nearest(name, names) };
  };
}

async function hypernetworkFile(models: ModelLibrary, name: string): Promise<string> {
  try {
    return (await models.resolveFile(hypernetworkReference(name), ['hypernetwork'])).file;
  } catch (thrown) {
    const error = toStudioError(thrown);
    if (error.code !== 'unknown_model') throw error;
    const { near } = (await hypernetworkFinder(models))(name);
    throw new RequestError('hypernetwork_not_found', `prompt: there is no hypernetwork "${name.slice(0, 100)}".`, {
      field: 'prompt',
      got: name.slice(0, 100),
      hint:
        near.length > 0
          ? `Did you mean ${near.join(' or ')}?`
          : 'Put its file into models/hypernetworks, or take the tag out of the prompt.',
    });
  }
}

function unreadPart(part: string): RequestError {
  const isOfBlocks = !/^(step|start|stop)=/.test(part);
  const got = part.slice(0, 60);
  return new RequestError('not_allowed', `prompt: "${got}" in a LoRA's tag says nothing that can be read.`, {
    field: 'prompt',
    limit: isOfBlocks ? LORA_BLOCK_PRESETS : ['step=0.2-0.8', 'start=5', 'stop=0.5'],
    got,
    hint: isOfBlocks
      ? `lbw= is followed by ${LORA_BLOCK_PRESETS.join(', ')}, or by ${LORA_BLOCK_COUNTS.join(', ')} numbers with commas.`
      : 'Write steps counted from 1, or shares of them with a dot: step=0.2-0.8, start=5, stop=0.5.',
  });
}

function unknownTag(kind: string): RequestError {
  return new RequestError('unknown_tag', `prompt: nothing is known of <${kind.slice(0, 40)}:…> tags.`, {
    field: 'prompt',
    limit: ['lora', 'lyco', 'hypernet'],
    got: kind.slice(0, 40),
    hint: String.raw`Take the tag out of the prompt, or write \< where you mean the character.`,
  });
}
