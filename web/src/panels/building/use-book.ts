/** What the book does with the prompt: take one over, put something into it. */
import { toast } from '../../lib/toast.ts';
import { useBuildingWords } from '../../lib/use-building-words.ts';
import { useForm } from '../../state/form.ts';
import { setOverlay } from '../../state/view.ts';

import type { FormValues } from '../../lib/form.ts';

export type Prompts = Pick<FormValues, 'prompt' | 'negativePrompt' | 'styles' | 'drawn'>;

export function useBook(): {
  /** Sets them and closes the book. */
  setPrompts: (prompts: Partial<Prompts>) => void;
  /** Puts a word behind the prompt. */
  append: (text: string) => void;
} {
  const { b } = useBuildingWords();
  const update = useForm((state) => state.update);
  return {
    setPrompts: (prompts) => {
      update((values) => ({ ...values, ...prompts }));
      setOverlay(null);
      toast.success(b('used'));
    },
    append: (text) => {
      update((values) => {
        const before = values.prompt.trimEnd();
        return { ...values, prompt: before === '' ? text : `${before}${/[,\s]$/.test(before) ? ' ' : ', '}${text}` };
      });
      toast.success(b('wildcards.inserted'));
    },
  };
}
