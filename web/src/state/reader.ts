/** Who reads the prompts of the form, and what is done with them before: what an analysis of them is asked with. */
import { useModels } from '../api/catalogue.ts';
import { modelOf, valuesOf } from '../lib/form.ts';
import { useForm } from './form.ts';

import type { PromptContext } from '../api/prompt.ts';

export function usePromptReader(isNegative: boolean): PromptContext {
  const form = useForm((state) => state.values);
  const models = useModels();
  const model = models && modelOf(form, models);
  const values = models === undefined ? null : valuesOf(form, model);
  return {
    isNegative,
    steps: values?.steps,
    sampler: values?.sampler,
    model: model?.id,
    seed: form.seed ?? undefined,
    styles: form.styles,
  };
}
