/** The form joined with what the server knows of it: model, values as shown, limits, defaults, and what was refused. */
import { LIMITS, type NumberLimit } from '@easel/shared/units';
import { useTranslation } from 'react-i18next';

import { useCatalogue, useModels } from '../../api/catalogue.ts';
import { modelOf, valuesOf, withChange, withoutChanges, type DefaultKey, type FormValues } from '../../lib/form.ts';
import { describeProblem } from '../../lib/problem.ts';
import { useForm } from '../../state/form.ts';

import type { GenerationDefaults } from '@easel/shared/generation';
import type { CatalogueView } from '@easel/shared/http/catalogue';
import type { ModelList, ModelView } from '@easel/shared/http/models';

export interface Parameters {
  form: FormValues;
  models: ModelList | undefined;
  catalogue: CatalogueView | undefined;
  model: ModelView | undefined;
  /** Everything as shown; null while no usable model is known. */
  values: GenerationDefaults | null;
  update: (change: (values: FormValues) => FormValues) => void;
  set: <Key extends DefaultKey>(key: Key, value: GenerationDefaults[Key]) => void;
  limitOf: (key: keyof typeof LIMITS) => NumberLimit;
  /** Mark, reset and refusal of one field. */
  fieldOf: (key: DefaultKey) => {
    isChanged: boolean;
    defaultText: string;
    onReset: () => void;
    error: string | undefined;
  };
  /** What the server refused about a field. */
  errorOf: (field: string) => string | undefined;
}

export function useParameters(): Parameters {
  const { t, i18n } = useTranslation();
  const form = useForm((state) => state.values);
  const update = useForm((state) => state.update);
  const refusal = useForm((state) => state.refusal);
  const models = useModels();
  const catalogue = useCatalogue();
  const model = models && modelOf(form, models);
  const defaults = model?.defaults;
  const problem = refusal === null ? null : describeProblem(refusal, t, i18n.language);
  const errorOf = (field: string): string | undefined => (problem?.field === field ? problem.hint : undefined);

  return {
    form,
    models,
    catalogue,
    model,
    values: valuesOf(form, model),
    update,
    set: (key, value) => update((before) => withChange(before, key, value, defaults)),
    limitOf: (key) => catalogue?.limits[key] ?? LIMITS[key],
    fieldOf: (key) => ({
      isChanged: form.changes[key] !== undefined,
      defaultText: defaults ? String(defaults[key]) : '',
      onReset: () => update((before) => withoutChanges(before, [key])),
      error: errorOf(key),
    }),
    errorOf,
  };
}
