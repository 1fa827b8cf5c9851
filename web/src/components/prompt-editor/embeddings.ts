/** The words that are textual inversions, told by the server, in a tone of their own. */
import { StateEffect, StateField, type Extension, type Text } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import { placesOfWord } from '@easel/shared/prompt/word-places';

export const setEmbeddings = StateEffect.define<readonly string[]>();

const WORD = Decoration.mark({ class: 'easel-embedding' });

const wordsIn = (doc: Text, names: readonly string[]): DecorationSet => {
  if (names.length === 0) return Decoration.none;
  const text = doc.toString();
  const places = names.flatMap((name) => placesOfWord(text, name));
  return Decoration.set(
    places.map(({ start, end }) => WORD.range(start, end)),
    true,
  );
};

export const promptEmbeddings: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (words, { changes, effects, newDoc }) => {
    const effect = effects.find((each) => each.is(setEmbeddings));
    return effect === undefined ? words.map(changes) : wordsIn(newDoc, effect.value);
  },
  provide: (field) => EditorView.decorations.from(field),
});
