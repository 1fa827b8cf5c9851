/** What axes do to a prompt: texts replaced, parts in another order, a LoRA's weight. Pure. */
import { readLoraTag, takeTags } from '../prompt/tags.ts';
import { PROMPT_LIMIT } from '../units.ts';
import { badValue, MOST_CELLS } from './values.ts';

const tooLong = (got: string): Error =>
  badValue('prompt_too_long', `the prompt becomes longer than ${PROMPT_LIMIT} characters.`, got, 'Take shorter texts.');

/** Every place of a text replaced. @throws bad_axis where the result would be too long, before it is made */
export function replaceText(text: string, search: string, replacement: string): string {
  const parts = text.split(search);
  if (text.length + (parts.length - 1) * (replacement.length - search.length) > PROMPT_LIMIT)
    throw tooLong(replacement);
  return parts.join(replacement);
}

/** One order of the parts of a prompt. */
interface PartsOrder {
  readonly label: string;
  prompt(before: string): string;
}

/**
 * The prompt with these parts in every order, the written one first; what stands between them stays.
 *
 * @throws bad_axis for a part that is not in the prompt, and for more parts than a grid has cells
 */
export function ordersOf(parts: readonly string[], prompt: string): PartsOrder[] {
  for (const part of parts) {
    if (!prompt.includes(part)) {
      throw badValue(
        'not_in_prompt',
        `"${part.slice(0, 60)}" is not in the prompt.`,
        part,
        'Write parts of the prompt.',
      );
    }
  }
  if (factorial(parts.length) > MOST_CELLS) {
    throw badValue(
      'too_many',
      `${parts.length} parts have more than ${MOST_CELLS} orders.`,
      parts.join(', '),
      'Take fewer.',
    );
  }
  if (inOrder(prompt, parts, parts) === null) {
    throw badValue('not_in_prompt', 'one part lies in another.', parts.join(', '), 'Write parts that stand apart.');
  }
  return permutations(parts).map((order) => ({
    label: order.join(', '),
    // Another axis may have taken a part away.
    prompt: (before) => inOrder(before, parts, order) ?? before,
  }));
}

const factorial = (count: number): number => (count <= 1 ? 1 : count * factorial(count - 1));

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}

/** Each part's first place takes the part that the order has there; null where the parts do not stand apart. */
function inOrder(prompt: string, parts: readonly string[], order: readonly string[]): string | null {
  const places = parts
    .map((part) => ({ at: prompt.indexOf(part), length: part.length }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at);
  const isApart = places.every(({ at }, index) => {
    const before = places[index - 1];
    return before === undefined || before.at + before.length <= at;
  });
  if (places.length !== parts.length || !isApart) return null;
  let end = 0;
  let text = '';
  for (const [index, { at, length }] of places.entries()) {
    text += prompt.slice(end, at) + (order[index] ?? '');
    end = at + length;
  }
  return text + prompt.slice(end);
}

/**
 * The prompt with this weight in every tag of the LoRA, for its text and its U-Net part alike; a tag is added where there
 * is none. Ranks, block weights and steps of a tag stay.
 */
export function changeLoraWeight(prompt: string, name: string, weight: number): string {
  const tags = takeTags(prompt).tags.filter((tag) => readLoraTag(tag)?.name.toLowerCase() === name.toLowerCase());
  if (tags.length === 0) {
    const added = `${prompt.trimEnd()} <lora:${name}:${weight}>`.trim();
    if (added.length > PROMPT_LIMIT) throw tooLong(name);
    return added;
  }
  let text = prompt;
  for (const { kind, positional, named, span } of [...tags].reverse()) {
    const [own = name, , unet, ...rest] = positional;
    const isNumber = unet !== undefined && unet.trim() !== '' && Number.isFinite(Number(unet));
    const parts = [
      own,
      String(weight),
      ...(unet === undefined ? [] : [isNumber ? String(weight) : unet]),
      ...rest,
      ...Object.entries(named).flatMap(([key, value]) => (key === 'te' || key === 'unet' ? [] : [`${key}=${value}`])),
    ];
    text = `${text.slice(0, span.start)}<${kind}:${parts.join(':')}>${text.slice(span.end)}`;
  }
  if (text.length > PROMPT_LIMIT) throw tooLong(name);
  return text;
}
