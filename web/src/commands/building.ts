/** Making up prompts: a surprise, and taking over what was written for other programs. What they need comes when wanted. */
import { cachedModels } from '../api/catalogue.ts';
import { modelOf } from '../lib/form.ts';
import { drawSeed } from '../lib/seed.ts';
import { toast } from '../lib/toast.ts';
import { useForm } from '../state/form.ts';
import { reportProblem, type CommandContext } from './context.ts';

import type { BuildingWords } from '../lib/use-building-words.ts';

/** Sets a prompt that suits the chosen model; the one before can be had back. */
export async function surpriseMe(context: CommandContext, b: BuildingWords): Promise<void> {
  try {
    const { surprisePrompt } = await import('@easel/shared/prompt/surprise');
    const { values, update } = useForm.getState();
    const models = cachedModels(context.client);
    const prompt = surprisePrompt((models && modelOf(values, models)?.id) ?? null, drawSeed());
    const before = values.prompt;
    update((now) => ({ ...now, prompt }));
    // What is typed is a person's work; what the last surprise made is not.
    if (before.trim() !== '' && before !== lastSurprise) {
      const undo = (): void => update((now) => ({ ...now, prompt: before }));
      toast(b('bar.surprised'), { action: { label: b('bar.undo'), onClick: undo } });
    }
    lastSurprise = prompt;
  } catch (thrown) {
    reportProblem(thrown, context);
  }
}

let lastSurprise: string | null = null;

/** Signs of Compel that no prompt of ours has: `word++`, `(words)1.3`, `("a", "b").and()`. */
const FOREIGN =
  /[\p{L}\p{N}](?:\+{2,}|-{2,})(?![\p{L}\p{N}_-])|\)(?:\++|-+|\d*\.?\d+)(?![\p{L}\p{N}_-])|\.(?:and|blend|swap)\(/u;
/** Longer ones are not looked at. */
const LONGEST = 20_000;

/** Offers to write a pasted text of Compel or InvokeAI as ours, and says what that would lose. */
export async function offerImport(pasted: string, context: CommandContext, b: BuildingWords): Promise<void> {
  if (pasted.length > LONGEST || !FOREIGN.test(pasted)) return;
  try {
    const { importCompel } = await import('@easel/shared/prompt/import-compel');
    const { text, notes } = importCompel(pasted);
    if (text === pasted) return;
    const convert = (): void => {
      const { values, update } = useForm.getState();
      // By now something else may stand there.
      if (!values.prompt.includes(pasted)) return;
      update((now) => ({ ...now, prompt: now.prompt.replace(pasted, () => text) }));
      toast.success(b('bar.imported'));
    };
    const lost = notes.map((note) => `${b(`bar.${note.kind}`)} ${note.text.slice(0, 60)}`).join(' · ');
    toast(b('bar.importOffer'), {
      description: lost === '' ? text.slice(0, 160) : lost,
      action: { label: b('bar.import'), onClick: convert },
      duration: 12_000,
    });
  } catch (thrown) {
    reportProblem(thrown, context);
  }
}
