/**
 * What text encoders made of rows of tokens, kept by content: the same row is encoded once, whichever prompt it stands in.
 *
 * Rows are encoded one at a time, so that what is kept cannot differ in the last bit from what would be made anew.
 */
import type { Tensor } from '../numeric/tensor.ts';
import type { TextEncoding } from './types.ts';

/** Some hundred rows: a prompt has one or two, and people change a few words at a time. */
const MOST_BYTES = 64 << 20;

const bytesOf = ({ hidden, pooled }: TextEncoding): number => hidden.data.byteLength + (pooled?.data.byteLength ?? 0);

export class TextEncodings {
  /** In the order of their last use. */
  readonly #kept = new Map<string, TextEncoding>();
  #bytes = 0;

  constructor(private readonly mostBytes = MOST_BYTES) {}

  /** Bytes of what is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Rows behind each other, those that are not known yet encoded.
   *
   * @param keys one for each row, of everything that decides what comes out
   * @param encode one row, by its index
   */
  async all(keys: readonly string[], encode: (row: number) => Promise<TextEncoding>): Promise<TextEncoding> {
    const rows: TextEncoding[] = [];
    for (const [row, key] of keys.entries()) {
      const known = this.#kept.get(key);
      if (known !== undefined) this.#kept.delete(key);
      const encoding = known ?? (await encode(row));
      if (known === undefined) this.#bytes += bytesOf(encoding);
      this.#kept.set(key, encoding);
      rows.push(encoding);
    }
    this.#forgetOldest();
    const pooled = rows.flatMap((row) => row.pooled ?? []);
    return {
      hidden: joinRows(rows.map(({ hidden }) => hidden)),
      pooled: pooled.length === 0 ? null : joinRows(pooled),
    };
  }

  #forgetOldest(): void {
    for (const [key, encoding] of this.#kept) {
      if (this.#bytes <= this.mostBytes) return;
      this.#kept.delete(key);
      this.#bytes -= bytesOf(encoding);
    }
  }
}

/** Tensors [1, ...] to one [n, ...]; always a copy. */
function joinRows(rows: readonly Tensor[]): Tensor {
  const [first] = rows as [Tensor];
  const data = new Float32Array(first.data.length * rows.length);
  for (const [i, row] of rows.entries()) data.set(row.data, i * first.data.length);
  return { data, shape: [rows.length, ...first.shape.slice(1)] };
}
