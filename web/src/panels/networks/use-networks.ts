/** What is in use, out of the prompts; what there is, out of the library; and the edits of one by the other. */
import { listLoras, type LoraUse } from '@easel/shared/prompt/network-edits';
import { useMemo } from 'react';

import { useModels } from '../../api/catalogue.ts';
import { useModelLibrary } from '../../api/models.ts';
import { modelOf } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { libraryOf, usedEmbeddings, type EmbeddingUse, type NetworkLibrary } from './library.ts';

export interface Networks {
  /** Undefined until the list is there. */
  library: NetworkLibrary | undefined;
  isFailed: boolean;
  loras: readonly LoraUse[];
  embeddings: readonly EmbeddingUse[];
  /** Changes the prompt, or the negative one, by a function of its text. */
  edit: (change: (text: string) => string, isNegative?: boolean) => void;
}

export function useNetworks(): Networks {
  const form = useForm((state) => state.values);
  const update = useForm((state) => state.update);
  const checkpoints = useModels();
  const { list, isFailed } = useModelLibrary();
  const model = checkpoints && modelOf(form, checkpoints);
  const library = useMemo(() => list && libraryOf(list.models, model), [list, model]);
  const { prompt, negativePrompt } = form;
  const loras = useMemo(() => listLoras(prompt), [prompt]);
  const embeddings = useMemo(
    () => (library ? usedEmbeddings(library, { prompt, negativePrompt }) : []),
    [library, prompt, negativePrompt],
  );
  return {
    library,
    isFailed,
    loras,
    embeddings,
    edit: (change, isNegative = false) =>
      update((values) =>
        isNegative
          ? { ...values, negativePrompt: change(values.negativePrompt) }
          : { ...values, prompt: change(values.prompt) },
      ),
  };
}
