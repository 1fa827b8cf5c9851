/** Prompts that a person saved under a name, with slots to be filled when they are used. */
import { RequestError } from '@easel/shared/errors';
import { MOST_TEMPLATES, type TemplateSave, type TemplateView } from '@easel/shared/http/prompts';
import type { Selectable } from 'kysely';

import type { Store } from '../store/database.ts';
import type { PromptTemplateTable } from '../store/tables.ts';
import { notThere } from './own-files.ts';

export class PromptTemplates {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** By name. */
  async list(): Promise<TemplateView[]> {
    const rows = await this.#store.selectFrom('prompt_templates').selectAll().orderBy('name').execute();
    return rows.map(toView);
  }

  /** Makes or changes one, under another name if one is given. @throws not_found (to rename), name_taken, out_of_range */
  async save(name: string, { prompt, negativePrompt, name: to = name }: TemplateSave): Promise<TemplateView> {
    const row = { name: to, prompt, negative_prompt: negativePrompt, changed_at: new Date().toISOString() };
    return this.#store.transaction().execute(async (transaction) => {
      const names = (await transaction.selectFrom('prompt_templates').select('name').execute()).map(
        (each) => each.name,
      );
      if (to !== name && !names.includes(name)) throw notThere('template', name);
      if (to !== name && names.includes(to)) {
        throw new RequestError('name_taken', `name: there already is a template "${to}".`, {
          field: 'name',
          got: to,
          hint: 'Choose another name.',
        });
      }
      if (!names.includes(name) && names.length >= MOST_TEMPLATES) {
        throw new RequestError('out_of_range', `There are at most ${MOST_TEMPLATES} templates.`, {
          field: 'name',
          limit: MOST_TEMPLATES,
          hint: 'Delete some first.',
        });
      }
      await transaction.deleteFrom('prompt_templates').where('name', '=', name).execute();
      await transaction.insertInto('prompt_templates').values(row).execute();
      return toView(row);
    });
  }

  /** @throws not_found */
  async delete(name: string): Promise<void> {
    const { numDeletedRows } = await this.#store
      .deleteFrom('prompt_templates')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw notThere('template', name);
  }
}

const toView = (row: Selectable<PromptTemplateTable>): TemplateView => ({
  name: row.name,
  prompt: row.prompt,
  negativePrompt: row.negative_prompt,
  changedAt: row.changed_at,
});
