/** The values of an axis that can be listed: samplers, files, choices. Others are typed. */
import { axisRow } from '@easel/shared/grid/axes';
import { parseList } from '@easel/shared/grid/values';
import { NO_FILE } from '@easel/shared/options/row';
import { readLoraTag, takeTags } from '@easel/shared/prompt/tags';

import { wordsOf } from '../../lib/catalogue-words.ts';
import { optionWords } from '../../lib/option-words.ts';

import type { CatalogueView } from '@easel/shared/http/catalogue';
import type { ModelView } from '@easel/shared/http/models';

export interface ValueChoice {
  /** As it is written into the field. */
  readonly text: string;
  readonly label: string;
}

/** What there is to choose from. */
export interface ChoiceSources {
  readonly catalogue: CatalogueView;
  readonly models: readonly ModelView[];
  /** Names. */
  readonly styles: readonly string[];
}

/** Everything there is to choose from; null where values are typed. */
export function choicesOf(
  type: string,
  { catalogue, models, styles }: ChoiceSources,
  language: string,
): ValueChoice[] | null {
  const kind = axisRow(type)?.value;
  switch (kind?.kind) {
    case 'entry': {
      const word = { samplers: 'sampler', schedules: 'schedule', rngs: 'rng' } as const;
      // The engine's own names are what infotexts and other programs have.
      return catalogue[kind.list].map((entry) => ({
        text: entry.label,
        label: wordsOf(word[kind.list], entry, language).label,
      }));
    }
    case 'choice': {
      const option = catalogue.options.find(({ id }) => id === type);
      if (option === undefined) return kind.choices.map(({ id, label }) => ({ text: id, label }));
      return optionWords(option, language).choices.map(({ id, label }) => ({ text: id, label }));
    }
    case 'model': {
      const files = models.filter(
        (model) => model.kind === kind.of && model.reason === null && (model.isUsable || kind.of !== 'checkpoint'),
      );
      const none = kind.of === 'checkpoint' ? [] : [{ text: NO_FILE, label: NO_FILE }];
      return [...none, ...files.map(({ id, name }) => ({ text: id, label: name }))];
    }
    case 'style':
      return [NO_FILE, ...styles].map((text) => ({ text, label: text }));
    case 'toggle':
      return ['off', 'on'].map((text) => ({ text, label: text }));
    default:
      return null;
  }
}

/** Which of the choices the text of the field has. */
export function chosenOf(text: string, choices: readonly ValueChoice[]): ReadonlySet<string> {
  const written = new Set(parseList(text).map((item) => item.toLowerCase()));
  return new Set(
    choices
      .filter(({ text: own, label }) => written.has(own.toLowerCase()) || written.has(label.toLowerCase()))
      .map(({ text: own }) => own),
  );
}

/** Names a LoRA can have: those in the prompt first, then those of the library. */
export function loraNames(prompt: string, models: readonly ModelView[]): string[] {
  const inPrompt = takeTags(prompt).tags.flatMap((tag) => readLoraTag(tag)?.name ?? []);
  const files = models
    .filter(({ kind, reason }) => kind === 'lora' && reason === null)
    .map(({ fileName }) => fileName.replace(/\.[^.]*$/, ''))
    .filter((name) => !/[<>:]/.test(name));
  return [...new Set([...inPrompt, ...files])];
}
