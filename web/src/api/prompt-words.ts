/** What a prompt can name, for completion: LoRA, embeddings, wildcards and styles. Fetched when it is first asked for. */
import { modelList, type ModelList, type ModelView } from '@easel/shared/http/models';
import { findMisfit, type NetworkBase } from '@easel/shared/networks';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { NO_WORDS, type PromptWords } from '../lib/prompt/complete.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';
import { stylesQuery } from './styles.ts';
import { wildcardsQuery } from './wildcards.ts';

/** @param model the checkpoint that will read the prompt; undefined = not known */
export function usePromptWords(model: string | undefined): () => Promise<PromptWords> {
  const client = useQueryClient();
  return useCallback(() => fetchWords(client, model), [client, model]);
}

async function fetchWords(client: QueryClient, model: string | undefined): Promise<PromptWords> {
  const [files, wildcards, styles] = await Promise.all([
    without(
      client
        .query({
          queryKey: keys.everyModel,
          queryFn: ({ signal }): Promise<ModelList> => call('/models?kind=all', modelList, { signal }),
          staleTime: Infinity,
        })
        .then((list) => filesOf(list, model)),
      { loras: NO_WORDS.loras, embeddings: NO_WORDS.embeddings },
    ),
    without(client.query(wildcardsQuery), NO_WORDS.wildcards),
    without(client.query(stylesQuery), NO_WORDS.styles),
  ]);
  return { ...files, wildcards, styles };
}

/** Completion does without what cannot be had just now. */
const without = <Value>(asked: Promise<Value>, nothing: Value): Promise<Value> => asked.catch(() => nothing);

/** What a prompt calls an embedding: its file's name without folders and ending. */
const wordOf = (id: string): string => (id.split(/[/:]/).at(-1) ?? id).replace(/\.(pt|bin|safetensors|png|webp)$/i, '');

/** How people call the lines of models. */
const BASES: Readonly<Record<NetworkBase, string>> = { sd1: 'SD 1', sd2: 'SD 2', sdxl: 'SDXL' };

function filesOf({ models }: ModelList, chosen: string | undefined): Pick<PromptWords, 'loras' | 'embeddings'> {
  const target = models.find(({ id, kind }) => kind === 'checkpoint' && id === chosen);
  const fileOf = ({ network }: ModelView) => ({
    base: network === null || network.base === null ? null : BASES[network.base],
    isFitting: network === null || target === undefined || findMisfit(network, target) === null,
  });
  const usable = models.filter(({ isAvailable }) => isAvailable);
  return {
    loras: usable
      .filter(({ kind }) => kind === 'lora' || kind === 'hypernetwork')
      .map((file) => ({
        ...fileOf(file),
        tag: file.kind === 'lora' ? 'lora' : 'hypernet',
        name: file.id.replace(/^.*(?:lora|hypernetwork):/, ''),
        triggerWords: file.triggerWords.length > 0 ? file.triggerWords : (file.network?.triggerWords ?? []),
      })),
    embeddings: usable
      .filter(({ kind }) => kind === 'embedding')
      .map((file) => ({ ...fileOf(file), name: wordOf(file.id) })),
  };
}
