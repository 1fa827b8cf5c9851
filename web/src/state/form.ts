/** The form's values, kept across reloads, and what the server refused about them. */
import { RNG_SOURCES } from '@easel/shared/generation';
import { promptTemplate, styleNames } from '@easel/shared/prompt/template';
import { OPTION_IDS, optionFields, type OptionValues } from '@easel/shared/options/values';
import { z } from 'zod';
import { create } from 'zustand';

import { EMPTY_FORM, type FormValues } from '../lib/form.ts';
import { readStored, writeStored } from '../lib/storage.ts';

const VERSION = 1;

const wholeNumber = z.number().int();
const FIELDS = {
  prompt: z.string(),
  negativePrompt: z.string(),
  styles: styleNames,
  drawn: z.object({ prompt: z.string(), negativePrompt: z.string(), template: promptTemplate }).nullable(),
  model: z.string().nullable(),
  // A change that does not fit is dropped alone, so one bad value does not cost the others.
  changes: z
    .object({
      width: wholeNumber.optional().catch(undefined),
      height: wholeNumber.optional().catch(undefined),
      steps: wholeNumber.optional().catch(undefined),
      guidance: z.number().optional().catch(undefined),
      sampler: z.string().optional().catch(undefined),
      schedule: z.string().optional().catch(undefined),
      clipSkip: wholeNumber.optional().catch(undefined),
      rng: z.enum(RNG_SOURCES).optional().catch(undefined),
    })
    .transform(withoutUndefined),
  options: z
    .object(Object.fromEntries(OPTION_IDS.map((id) => [id, (optionFields[id] as z.ZodType).catch(undefined)])))
    .transform((values) => withoutUndefined(values) as OptionValues),
  seed: wholeNumber.min(0).nullable(),
  isSeedLocked: z.boolean(),
  count: wholeNumber.min(1),
};

interface FormState {
  values: FormValues;
  /** Why the last Generate was refused; null once anything was changed or sent again. */
  refusal: Error | null;
  /** Generate was pressed on an empty prompt; pressing again means it. */
  isEmptyPromptNoted: boolean;
  isSending: boolean;
  /** The job this page sent last; where its seed was drawn, it tells which. */
  lastJob: string | null;
  /** Changes the values by a function of what they are. */
  update: (change: (values: FormValues) => FormValues) => void;
}

export const useForm = create<FormState>()((set) => ({
  values: readStored('form', VERSION, FIELDS, EMPTY_FORM),
  refusal: null,
  isEmptyPromptNoted: false,
  isSending: false,
  lastJob: null,
  update: (change) => set((state) => ({ values: change(state.values), refusal: null, isEmptyPromptNoted: false })),
}));

useForm.subscribe((state, before) => {
  if (state.values !== before.values) writeStored('form', VERSION, state.values);
});

function withoutUndefined<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
