/** The files of the library as this panel needs them: by the names prompts have for them, and whether they go with a model. */
import { findMisfit, type NetworkMisfit, type NetworkTarget } from '@easel/shared/networks';
import { embeddingWeight } from '@easel/shared/prompt/network-edits';

import type { ModelView } from '@easel/shared/http/models';

export interface NetworkFile {
  readonly model: ModelView;
  /** What a tag or a prompt calls it. */
  readonly name: string;
  /** Why it does not go with the model; null where it does, as far as is known. */
  readonly misfit: NetworkMisfit | null;
  readonly triggerWords: readonly string[];
}

export interface NetworkLibrary {
  readonly loras: readonly NetworkFile[];
  readonly embeddings: readonly NetworkFile[];
}

const ENDING = /\.(pt|bin|safetensors|ckpt|pth|png|webp)$/i;
const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** Below the folder of its kind. */
const pathOf = ({ id }: ModelView): string => id.slice(id.lastIndexOf(':') + 1);

/** @param target undefined = no model is chosen, and all go with it */
export function libraryOf(models: readonly ModelView[], target: NetworkTarget | undefined): NetworkLibrary {
  const fileOf = (model: ModelView, name: string): NetworkFile => ({
    model,
    name,
    misfit: model.network === null || target === undefined ? null : findMisfit(model.network, target),
    // What a person says rules what the file says.
    triggerWords: model.triggerWords.length > 0 ? model.triggerWords : (model.network?.triggerWords ?? []),
  });
  const loras = models.filter(({ kind }) => kind === 'lora');
  const stems = loras.map((model) => lastOf(pathOf(model)));
  return {
    loras: loras.map((model, index) => {
      // Other programs know the file's name alone; with its folders it is written only where two have one name.
      const stem = stems[index] as string;
      const isShared = stems.filter((other) => other === stem).length > 1;
      return fileOf(model, isShared ? pathOf(model) : stem);
    }),
    embeddings: models
      .filter(({ kind }) => kind === 'embedding')
      .map((model) => fileOf(model, lastOf(pathOf(model)).replace(ENDING, '')))
      // Its prompt's word is what it says itself; a trigger word of the same name adds nothing.
      .map((file) => ({ ...file, triggerWords: file.triggerWords.filter((word) => word !== file.name) })),
  };
}

const fold = (text: string): string => text.normalize('NFC').trim().toLowerCase();

/** The file that a tag names, by the rule of the server; undefined where there is none. */
export function findLora({ loras }: NetworkLibrary, name: string): NetworkFile | undefined {
  const wanted = fold(name);
  const namesOf = ({ model, name: own }: NetworkFile): string[] =>
    [own, pathOf(model), lastOf(pathOf(model)), model.name, model.fileName].map(fold);
  return loras.find(({ model }) => pathOf(model) === name) ?? loras.find((file) => namesOf(file).includes(wanted));
}

export interface EmbeddingUse {
  readonly file: NetworkFile;
  readonly weight: number;
  readonly isNegative: boolean;
}

/** Embeddings whose words stand in the prompts, in the order of the library. */
export function usedEmbeddings(
  { embeddings }: NetworkLibrary,
  { prompt, negativePrompt }: { prompt: string; negativePrompt: string },
): EmbeddingUse[] {
  return embeddings.flatMap((file) =>
    [prompt, negativePrompt].flatMap((text, index): EmbeddingUse[] => {
      const weight = embeddingWeight(text, file.name);
      return weight === null ? [] : [{ file, weight, isNegative: index === 1 }];
    }),
  );
}

/** Files that a search means: every word of it in a name, a folder or a trigger word. */
export function sift(files: readonly NetworkFile[], query: string): NetworkFile[] {
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== '');
  return files.filter(({ model, name, triggerWords }) => {
    const text = fold([name, model.id, model.name, model.fileName, model.notes, ...triggerWords].join('\n'));
    return words.every((word) => text.includes(word));
  });
}
