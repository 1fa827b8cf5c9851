/**
 * Byte-pair merging over CLIP's ids. Fast for any input: a word of 100,000 letters takes milliseconds, not minutes.
 *
 * CLIP's ids need no table of strings: bytes come first in GPT-2's order, then bytes that end a word, then merges by rank.
 */

const BYTES = 256;
/** Id of the first merge: 256 bytes and 256 bytes at a word's end stand before. */
const FIRST_MERGE = 2 * BYTES;
/** Places in the queue are packed as rank * this + position; longer than any prompt in bytes. */
const POSITIONS = 2 ** 22;

/** (left id, right id) packed as left * 65536 + right -> rank. */
export type MergeRanks = ReadonlyMap<number, number>;

const packed = (left: number, right: number): number => left * 65536 + right;

/** Bytes in the order of their ids: printable ones first, then the others, each in ascending order. */
const BYTE_ORDER: readonly number[] = (() => {
  const all = Array.from({ length: BYTES }, (_, byte) => byte);
  const isPrintable = (byte: number): boolean => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  return [...all.filter(isPrintable), ...all.filter((byte) => !isPrintable(byte))];
})();

const ID_OF_BYTE: Uint8Array = (() => {
  const ids = new Uint8Array(BYTES);
  BYTE_ORDER.forEach((byte, id) => (ids[byte] = id));
  return ids;
})();

/** Letters that stand for the bytes in the merges file: printable bytes for themselves, others from U+0100 on. */
function byteLetters(): string[] {
  let next = BYTES;
  return BYTE_ORDER.map((byte) =>
    String.fromCharCode((byte > 32 && byte < 127) || (byte > 160 && byte !== 173) ? byte : next++),
  );
}

/** Reads a merges file: one `left right` per line, in order of rank; `</w>` marks the end of a word. */
export function parseMerges(text: string): MergeRanks {
  const letters = byteLetters();
  const ids = new Map<string, number>();
  letters.forEach((letter, id) => ids.set(letter, id));
  letters.forEach((letter, id) => ids.set(`${letter}</w>`, BYTES + id));
  const ranks = new Map<number, number>();
  for (const line of text.split('\n')) {
    const [left = '', right = ''] = line.split(' ');
    const leftId = ids.get(left);
    const rightId = ids.get(right);
    if (leftId === undefined || rightId === undefined) continue;
    ids.set(left + right, FIRST_MERGE + ranks.size);
    ranks.set(packed(leftId, rightId), ranks.size);
  }
  return ranks;
}

/** Every token by its id, without the marks of start and end. @param text of a merges file */
export function listTokens(text: string): string[] {
  const letters = byteLetters();
  const ranks = parseMerges(text);
  const merged = text
    .split('\n')
    .filter((line) => line.includes(' '))
    .map((line) => line.replace(' ', ''));
  return [...letters, ...letters.map((letter) => `${letter}</w>`), ...merged.slice(0, ranks.size)];
}

/** Ids of one word, given as UTF-8 bytes; at least one. */
export function mergePairs(bytes: Uint8Array, ranks: MergeRanks): number[] {
  const last = bytes.length - 1;
  const ids = Int32Array.from(bytes, (byte, i) => (ID_OF_BYTE[byte] as number) + (i === last ? BYTES : 0));
  // A chain of symbols: a merge keeps its left place and takes the right one out.
  const next = Int32Array.from(ids, (_, i) => (i === last ? -1 : i + 1));
  const previous = Int32Array.from(ids, (_, i) => i - 1);
  const rankAt = (place: number): number | undefined => {
    const right = next[place] as number;
    return right < 0 ? undefined : ranks.get(packed(ids[place] as number, ids[right] as number));
  };
  const queue = new SmallestFirst();
  const offer = (place: number): void => {
    const rank = place < 0 ? undefined : rankAt(place);
    if (rank !== undefined) queue.push(rank * POSITIONS + place);
  };
  for (let i = 0; i < last; i++) offer(i);
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
    const place = entry % POSITIONS;
    const rank = (entry - place) / POSITIONS;
    // An entry is stale when its place was merged into another or has become another pair.
    if (ids[place] === GONE || rankAt(place) !== rank) continue;
    const right = next[place] as number;
    ids[place] = FIRST_MERGE + rank;
    ids[right] = GONE;
    const after = next[right] as number;
    next[place] = after;
    if (after >= 0) previous[after] = place;
    offer(previous[place] as number);
    offer(place);
  }
  return Array.from(ids.filter((id) => id !== GONE));
}

const GONE = -1;

/** A binary heap of numbers. */
class SmallestFirst {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((items[parent] as number) <= item) break;
      items[place] = items[parent] as number;
      place = parent;
    }
    items[place] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const smallest = items[0];
    const item = items.pop();
    if (item === undefined || items.length === 0) return smallest;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] as number) < (items[child] as number)) child++;
      if ((items[child] as number) >= item) break;
      items[place] = items[child] as number;
      place = child;
    }
    items[place] = item;
    return smallest;
  }
}

/**
 * What tokens say, by their ids: their bytes as text, without the mark of a word's end. Half a character is a replacement
 * character.
 *
 * @param text of a merges file
 */
export function readTokenText(text: string): (id: number) => string {
  const byteOf = new Map(byteLetters().map((letter, index) => [letter, BYTE_ORDER[index] as number]));
  const tokens = listTokens(text);
  const utf8 = new TextDecoder();
  return (id) => {
    const letters = (tokens[id] ?? '').replace(/<\/w>$/, '');
    return utf8.decode(Uint8Array.from(letters, (letter) => byteOf.get(letter) ?? 0));
  };
}
