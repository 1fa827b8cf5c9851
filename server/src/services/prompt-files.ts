/** The files that a prompt names: LoRA by their tags, textual inversions by their words. Names only, never paths. */
import type { EngineAdapter, EngineEmbedding } from '@easel/shared/engine';
import { RequestError, toStudioError } from '@easel/shared/errors';
import type { GenerationParameters } from '@easel/shared/generation';
import { LORA_BLOCK_COUNTS, LORA_BLOCK_PRESETS } from '@easel/shared/prompt/lora-blocks';
import { dropComments, readLoraTag, takeTags } from '@easel/shared/prompt/tags';

import type { ModelLibrary } from './model-library.ts';
import { nearest } from './near-names.ts';

export interface PromptFiles {
  readonly adapters: EngineAdapter[];
  readonly embeddings: EngineEmbedding[];
}

/** More than anybody uses, and few enough to look up. */
const MOST_LORAS = 100;

/**
 * @throws lora_not_found naming the tag and near names; unknown_tag; not_allowed for block weights or steps that say
 *   nothing; out_of_range for too many tags
 */
export async function promptFiles(
  models: ModelLibrary,
  { prompt, negativePrompt }: Pick<GenerationParameters, 'prompt' | 'negativePrompt'>,
): Promise<PromptFiles> {
  const { tags } = takeTags(dropComments(prompt));
  if (tags.length > MOST_LORAS) {
    throw new RequestError('out_of_range', `prompt: at most ${MOST_LORAS} tags, this one has ${tags.length}.`, {
      field: 'prompt',
      limit: MOST_LORAS,
      got: tags.length,
    });
  }
  const adapters: EngineAdapter[] = [];
  for (const tag of tags) {
    const lora = readLoraTag(tag);
    if (lora === null) throw unknownTag(tag.kind);
    const { textWeight, unetWeight, rankLimit, blocks, steps, unread } = lora;
    if (unread.length > 0) throw unreadPart(unread[0] as string);
    adapters.push({
      file: await loraFile(models, lora.name),
      textWeight,
      unetWeight,
      rankLimit,
      ...(blocks === null ? {} : { blocks }),
      ...(steps === null ? {} : { steps }),
    });
  }
  return { adapters, embeddings: await namedEmbeddings(models, `${prompt}\n${negativePrompt}`) };
}

/** By its file's name alone as everywhere, or with the folders it lies in. */
const loraReference = (name: string): string => (name.includes('/') ? `lora:${name}` : name);

/** Tells of names in tags whether a job would find them, and which are like them, as tags have them. */
export async function loraFinder(
  models: ModelLibrary,
): Promise<(name: string) => { isFound: boolean; near: readonly string[] }> {
  const names = (await models.list({ kind: 'lora' })).models.map(({ id }) => id.replace(/^.*lora:/, ''));
  return (name) => {
    const isFound = models.has(loraReference(name), ['lora']);
    return { isFound, near: isFound ? [] : nearest(name, names) };
  };
}

async function loraFile(models: ModelLibrary, name: string): Promise<string> {
  try {
    return (await models.resolveFile(loraReference(name), ['lora'])).file;
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

/** Those whose names occur in the text: which of them the model reads as such, the engine finds by its tokens. */
async function namedEmbeddings(models: ModelLibrary, text: string): Promise<EngineEmbedding[]> {
  const { models: known } = await models.list({ kind: 'embedding' });
  const folded = text.toLowerCase();
  const named = known.filter(({ id, isAvailable }) => isAvailable && folded.includes(wordOf(id).toLowerCase()));
  const embeddings: EngineEmbedding[] = [];
  for (const { id } of named) {
    const { file } = await models.resolveFile(id, ['embedding']);
    embeddings.push({ name: wordOf(id), file });
  }
  return embeddings;
}

/** The word prompts have for an embedding: its file's name without folders and ending. */
const wordOf = (id: string): string => (id.split(/[/:]/).at(-1) ?? id).replace(/\.(pt|bin|safetensors|png|webp)$/i, '');

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
    limit: ['lora', 'lyco'],
    got: kind.slice(0, 40),
    hint: String.raw`Take the tag out of the prompt, or write \< where you mean the character.`,
  });
}
