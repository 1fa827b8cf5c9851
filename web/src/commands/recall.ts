/**
 * Alt+Up and Alt+Down in a prompt: the texts this field had before, one after the other. What was being written comes back
 * behind the newest.
 */
import { recentPromptsQuery } from '../api/recent-prompts.ts';
import { useForm } from '../state/form.ts';
import { reportProblem, type CommandContext } from './context.ts';

type Field = 'prompt' | 'negativePrompt';

interface Place {
  /** The newest first; the first is what was being written. */
  readonly texts: readonly string[];
  at: number;
}

const places = new Map<Field, Place>();
/** Keys come faster than the first answer. */
let before: Promise<void> = Promise.resolve();

/** @param direction -1 = the one used before, 1 = back towards what was being written */
export function recall(field: Field, direction: 1 | -1, context: CommandContext): Promise<void> {
  before = afterwards(before, field, direction, context);
  return before;
}

async function afterwards(former: Promise<void>, ...args: Parameters<typeof step>): Promise<void> {
  await former;
  try {
    await step(...args);
  } catch (thrown) {
    reportProblem(thrown, args[2]);
  }
}

async function step(field: Field, direction: 1 | -1, { client }: CommandContext): Promise<void> {
  const { values } = useForm.getState();
  let place = places.get(field);
  // Whoever changes a recalled text is writing again.
  if (place === undefined || place.texts[place.at] !== values[field]) {
    const used = await client.query(recentPromptsQuery);
    const texts = [...new Set([values[field], ...used.map((each) => each[field])])];
    place = { texts: texts.filter((text, index) => index === 0 || text.trim() !== ''), at: 0 };
    places.set(field, place);
  }
  const next = place.at - direction;
  const text = place.texts[next];
  if (text === undefined) return;
  place.at = next;
  useForm.getState().update((now) => ({ ...now, [field]: text }));
}
