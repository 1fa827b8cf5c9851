/** A thin line where a chunk of the text encoder ends. The places come from the server and move with the typing. */
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view';

export const setChunkEnds = StateEffect.define<readonly number[]>();

class ChunkEnd extends WidgetType {
  /** Counted from 1: the chunk that ends here. */
  readonly #chunk: number;

  constructor(chunk: number) {
    super();
    this.#chunk = chunk;
  }

  override eq(other: WidgetType): boolean {
    return other instanceof ChunkEnd && other.#chunk === this.#chunk;
  }

  override toDOM(): HTMLElement {
    const line = document.createElement('span');
    line.className = 'easel-chunk-end';
    line.dataset['chunk'] = String(this.#chunk);
    line.ariaHidden = 'true';
    return line;
  }
}

export const chunkEnds: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (ends, { changes, effects, newDoc }) => {
    let next = ends.map(changes);
    for (const effect of effects) {
      if (!effect.is(setChunkEnds)) continue;
      const places = effect.value.filter((place) => place > 0 && place <= newDoc.length);
      next = Decoration.set(
        places.map((place, index) => Decoration.widget({ widget: new ChunkEnd(index + 1), side: 1 }).range(place)),
        true,
      );
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
