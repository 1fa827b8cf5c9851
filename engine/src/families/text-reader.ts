/** A pipeline's text encoders: rows of tokens in, states out. Each row is encoded once, see text-encodings.ts. */
import { RequestError } from '@easel/shared/errors';
import type { EmbeddingPlace } from '@easel/shared/prompt/chunks';

import type { Feeds, Results, Session } from '../graph/session.ts';
import { unseenScores } from '../modules/text/unseen-tokens.ts';
import type { Tensor } from '../numeric/tensor.ts';
import type { Embeddings } from './embeddings.ts';
import { TextEncodings } from './text-encodings.ts';
import type { CheckpointFacts, Pipeline, TextEncoding, TextFormat, TextRole } from './types.ts';

interface TextNetworks {
  session(role: TextRole): Promise<Session>;
  run(role: TextRole, feeds: Feeds, fetch: readonly string[]): Promise<Results>;
  /** Tells how the encoders are adapted from all other ways. */
  signature(): string;
}

export class TextReader {
  readonly #encodings = new TextEncodings();

  constructor(
    private readonly formats: CheckpointFacts['text'],
    private readonly embeddings: Embeddings,
    private readonly networks: TextNetworks,
  ) {}

  /** Bytes of what is kept. */
  get bytes(): number {
    return this.#encodings.bytes;
  }

  /** Text encoders want to be told that no vectors take the place of tokens, and some that all tokens are seen. */
  wholeText(role: TextRole, feeds: Feeds, { inputs }: Session): Feeds {
    const [rows = 0, rowLength = 0] = feeds['ids']?.shape ?? [];
    const none = Array<never[]>(rows).fill([]);
    return {
      ...(feeds['vectors'] === undefined ? this.embeddings.feeds(role, none, rowLength) : {}),
      ...(inputs.includes('unseen') && feeds['unseen'] === undefined ? unseenFeeds(none, rowLength) : {}),
    };
  }

  /** See {@link Pipeline.encodeText}. */
  async encode(
    ...[role, rows, clipSkip = 1, places, unseen]: Parameters<Pipeline['encodeText']>
  ): Promise<TextEncoding> {
    const { ownSkip, isNormed } = this.formats[role] as TextFormat;
    const kind = isNormed ? 'skip' : 'raw';
    const wanted = `${kind}.${Math.max(clipSkip, ownSkip)}`;
    const adapted = this.networks.signature();
    const keys = rows.map((row, i) =>
      [
        role,
        wanted,
        adapted,
        row.join(),
        this.embeddings.signature(role, places?.[i] ?? []),
        unseen?.[i]?.map(Number).join(''),
      ].join('\n'),
    );
    return this.#encodings.all(keys, async (row) =>
      this.#encodeRow(role, rows[row] ?? [], kind, wanted, clipSkip, places?.[row], unseen?.[row]),
    );
  }

  /** One row, see {@link encodeText}. @param wanted output of the encoder */
  async #encodeRow(
    role: TextRole,
    row: readonly number[],
    kind: string,
    wanted: string,
    clipSkip: number,
    places: readonly EmbeddingPlace[] | undefined,
    unseen: readonly boolean[] | undefined,
  ): Promise<TextEncoding> {
    const { rowLength, end } = this.formats[role] as TextFormat;
    const session = await this.networks.session(role);
    if (!session.outputs.includes(wanted)) {
      const states = session.outputs.filter((name) => name.startsWith(`${kind}.`));
      const layers = Math.max(...states.map((name) => Number(name.slice(kind.length + 1))));
      throw new RequestError(
        'out_of_range',
        `This model's text encoder has ${layers} layers; clipSkip ${clipSkip} skips too many.`,
        {
          field: 'clipSkip',
          limit: { minimum: 1, maximum: layers },
          got: clipSkip,
        },
      );
    }
    const feeds: Feeds = {
      ids: { data: BigInt64Array.from(row, BigInt), shape: [1, rowLength] },
      ends: { data: BigInt64Array.of(BigInt(Math.max(0, row.indexOf(end)))), shape: [1, 1] },
      ...(places === undefined ? {} : this.embeddings.feeds(role, [places], rowLength)),
      ...(unseen === undefined ? {} : unseenFeeds([unseen], rowLength)),
    };
    const isPooling = session.outputs.includes('pooled');
    const results = await this.networks.run(role, feeds, isPooling ? [wanted, 'pooled'] : [wanted]);
    return { hidden: results[wanted] as Tensor, pooled: results['pooled'] ?? null };
  }
}

const unseenFeeds = (rows: readonly (readonly boolean[])[], length: number): Feeds => ({
  unseen: { data: unseenScores(rows, length), shape: [rows.length, 1, length, length] },
});
