/**
 * Slots of a saved template: `<?subject>`, or `<?subject:a cat>` with what stands there where nothing is filled in. A slot
 * of one name that comes twice is one field.
 *
 * No prompt means anything by `<?`, and nothing that a prompt means contains it: docs/decisions has why.
 */

export interface Slot {
  readonly name: string;
  /** What stands there where nothing is filled in; the first that a slot of the name gives. */
  readonly usual: string;
}

/** Bounded, so that a text of many openers is not read to its end for each of them. */
const SLOT = /<\?([^<>:?\n]{1,64})(?::([^<>\n]{0,1000}))?>/g;

/** The slots of some texts, each once, in the order they come. */
export function slotsOf(texts: readonly string[]): Slot[] {
  const slots = new Map<string, Slot>();
  for (const text of texts) {
    for (const [, written = '', usual = ''] of text.matchAll(SLOT)) {
      const name = written.trim();
      if (name === '') continue;
      const known = slots.get(name);
      if (known === undefined || known.usual === '') slots.set(name, { name, usual: usual.trim() });
    }
  }
  return [...slots.values()];
}

/** A text with its slots filled. What is filled in is text: a slot in it stays as it is. */
export function fillSlots(text: string, filled: ReadonlyMap<string, string>, slots = slotsOf([text])): string {
  const usual = new Map(slots.map((slot) => [slot.name, slot.usual]));
  return text.replace(SLOT, (whole: string, written: string) => {
    const name = written.trim();
    if (name === '') return whole;
    const given = filled.get(name)?.trim() ?? '';
    return given === '' ? (usual.get(name) ?? '') : given;
  });
}
