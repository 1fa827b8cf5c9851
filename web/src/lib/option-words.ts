/** What options and their choices are called in languages the engine does not speak. They come with the language. */
import type { OptionDescriptor } from '@easel/shared/catalogue';

/** By the option's id; choices by theirs. */
export type OptionWords = Readonly<
  Record<
    string,
    { readonly label: string; readonly summary: string; readonly choices?: Readonly<Record<string, string>> }
  >
>;

const known = new Map<string, OptionWords>();

/** To be called when a language is loaded. */
export function addOptionWords(language: string, words: OptionWords): void {
  known.set(language, words);
}

/** Label, summary and choices of an option in this language; in the engine's English where it has no others. */
export function optionWords(
  option: OptionDescriptor,
  language: string,
): { label: string; summary: string; choices: { id: string; label: string }[] } {
  const words = known.get(language)?.[option.id];
  return {
    label: words?.label ?? option.label,
    summary: words?.summary ?? option.summary,
    choices: (option.choices ?? []).map(({ id, label }) => ({ id, label: words?.choices?.[id] ?? label })),
  };
}
