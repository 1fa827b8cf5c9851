/** Prompts of accepted jobs, each remembered once with its negative prompt and styles; the last used first. */
import { createHash, randomUUID } from 'node:crypto';

import { RequestError } from '@easel/shared/errors';
import type { TextToImageParameters } from '@easel/shared/generation';
import {
  MOST_REMEMBERED,
  MOST_STARRED,
  type PromptHistory,
  type PromptHistoryQuery,
  type UsedPrompt,
} from '@easel/shared/http/prompts';
import { sql, type Selectable } from 'kysely';

import type { Store } from '../store/database.ts';
import type { PromptHistoryTable } from '../store/tables.ts';
import { notThere } from './own-files.ts';
import { foldText, searchWords } from './search-text.ts';

export class RememberedPrompts {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What a person typed for a job; of a picture that is made again, what was typed the first time. */
  async remember({ prompt, negativePrompt, styles = [], template }: TextToImageParameters): Promise<void> {
    const typed = { prompt, negativePrompt, styles, ...template };
    if (typed.prompt.trim() === '' && typed.negativePrompt.trim() === '') return;
    const said = JSON.stringify([typed.prompt, typed.negativePrompt, typed.styles]);
    const fingerprint = createHash('sha256').update(said).digest('hex');
    await this.#store.transaction().execute(async (transaction) => {
      const before = await transaction
        .deleteFrom('prompt_history')
        .where('fingerprint', '=', fingerprint)
        .returningAll()
        .executeTakeFirst();
      // A new row takes the next rank, so the order of ranks is that of use.
      await transaction
        .insertInto('prompt_history')
        .values({
          id: before?.id ?? randomUUID(),
          fingerprint,
          prompt: typed.prompt,
          negative_prompt: typed.negativePrompt,
          styles: JSON.stringify(typed.styles),
          search_text: foldText([typed.prompt, typed.negativePrompt, ...typed.styles].join('\n')),
          uses: (before?.uses ?? 0) + 1,
          is_starred: before?.is_starred ?? 0,
          used_at: new Date().toISOString(),
        })
        .execute();
      if (before !== undefined) return;
      await sql`delete from prompt_history where is_starred = 0 and rank <= (
        select rank from prompt_history where is_starred = 0 order by rank desc limit 1 offset ${MOST_REMEMBERED}
      )`.execute(transaction);
    });
  }

  /** @throws bad_cursor */
  async list({ query, starred, limit, cursor }: PromptHistoryQuery): Promise<PromptHistory> {
    let matching = this.#store.selectFrom('prompt_history');
    if (starred) matching = matching.where('is_starred', '=', 1);
    // Literal, unlike `like`: a percent sign in a prompt is one.
    for (const word of searchWords(query)) matching = matching.where(sql`instr(search_text, ${word})`, '>', 0);
    const { total } = await matching
      .select((count) => count.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    let page = matching
      .selectAll()
      .orderBy('rank', 'desc')
      .limit(limit + 1);
    if (cursor !== undefined) page = page.where('rank', '<', rankOf(cursor));
    const rows = await page.execute();
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      prompts: shown.map(toView),
      nextCursor: rows.length > limit && last !== undefined ? `before-${last.rank}` : null,
      total,
    };
  }

  /** @throws not_found, out_of_range for too many stars */
  async star(id: string, isStarred: boolean): Promise<UsedPrompt> {
    if (isStarred) {
      const { count } = await this.#store
        .selectFrom('prompt_history')
        .select((rows) => rows.fn.countAll<number>().as('count'))
        .where('is_starred', '=', 1)
        .executeTakeFirstOrThrow();
      if (count >= MOST_STARRED) {
        throw new RequestError('out_of_range', `At most ${MOST_STARRED} prompts may have a star.`, {
          field: 'isStarred',
          limit: MOST_STARRED,
          hint: 'Take the star off others first.',
        });
      }
    }
    const row = await this.#store
      .updateTable('prompt_history')
      .set({ is_starred: isStarred ? 1 : 0 })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw notThere('prompt', id);
    return toView(row);
  }

  /** @throws not_found */
  async delete(id: string): Promise<void> {
    const { numDeletedRows } = await this.#store
      .deleteFrom('prompt_history')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw notThere('prompt', id);
  }

  /** All but the starred ones. */
  async clear(): Promise<void> {
    await this.#store.deleteFrom('prompt_history').where('is_starred', '=', 0).execute();
  }
}

const toView = (row: Selectable<PromptHistoryTable>): UsedPrompt => ({
  id: row.id,
  prompt: row.prompt,
  negativePrompt: row.negative_prompt,
  styles: JSON.parse(row.styles) as string[],
  uses: row.uses,
  isStarred: row.is_starred === 1,
  usedAt: row.used_at,
});

const rankOf = (cursor: string): number => {
  const rank = /^before-(\d{1,15})$/.exec(cursor)?.[1];
  if (rank !== undefined) return Number(rank);
  throw new RequestError('bad_cursor', 'cursor: this server did not make it.', {
    field: 'cursor',
    got: cursor,
    hint: 'Leave it out to begin with the last used.',
  });
};
