/** What a person says of models, in our own data: nothing is ever written beside a file. */
import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import type { ModelDefaults } from '@easel/shared/http/models';

import type { Store } from './database.ts';
import { keyText, type ModelKey } from './model-records.ts';

export interface ModelSettings {
  notes: string;
  triggerWords: string[];
  defaults: ModelDefaults;
  overrides: CheckpointOverrides;
  /** Name of a picture in the data folder; null = none chosen. */
  preview: string | null;
  /** The file's when it was last known; null = not yet. */
  sha256: string | null;
}

export const NO_SETTINGS: ModelSettings = {
  notes: '',
  triggerWords: [],
  defaults: {},
  overrides: {},
  preview: null,
  sha256: null,
};

export interface KeptSettings extends ModelKey {
  settings: ModelSettings;
}

export class ModelSettingsRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** By {@link keyText}. */
  async all(): Promise<Map<string, KeptSettings>> {
    const rows = await this.#store.selectFrom('model_settings').selectAll().execute();
    return new Map(
      rows.map((row) => [
        keyText(row),
        {
          root: row.root,
          path: row.path,
          settings: {
            notes: row.notes,
            triggerWords: JSON.parse(row.trigger_words) as string[],
            defaults: JSON.parse(row.defaults) as ModelDefaults,
            overrides: JSON.parse(row.overrides) as CheckpointOverrides,
            preview: row.preview,
            sha256: row.sha256,
          },
        },
      ]),
    );
  }

  async save({ root, path }: ModelKey, settings: ModelSettings): Promise<void> {
    const row = {
      notes: settings.notes,
      trigger_words: JSON.stringify(settings.triggerWords),
      defaults: JSON.stringify(settings.defaults),
      overrides: JSON.stringify(settings.overrides),
      preview: settings.preview,
      sha256: settings.sha256,
    };
    await this.#store
      .insertInto('model_settings')
      .values({ root, path, ...row })
      .onConflict((conflict) => conflict.columns(['root', 'path']).doUpdateSet(row))
      .execute();
  }

  async remove({ root, path }: ModelKey): Promise<void> {
    await this.#store.deleteFrom('model_settings').where('root', '=', root).where('path', '=', path).execute();
  }
}
