/**
 * What a person says of models: notes, trigger words, defaults, corrections, a picture. Kept by the file's place; a file
 * that was moved or renamed is known again by its hash.
 */
import type { Catalogue } from '@easel/shared/catalogue';
import { RequestError } from '@easel/shared/errors';
import type { ModelChange } from '@easel/shared/http/model-details';
import { findByName } from '@easel/shared/sampler-names';

import type { Store } from '../store/database.ts';
import { keyText, type ModelKey } from '../store/model-records.ts';
import {
  ModelSettingsRecords,
  NO_SETTINGS,
  type KeptSettings,
  type ModelSettings,
} from '../store/model-settings-records.ts';
import type { Entry } from './model-entry.ts';

const refuse = (
  code: 'not_allowed' | 'unknown_sampler' | 'unknown_schedule',
  field: string,
  got: string,
  limit: string[],
) =>
  new RequestError(code, `${field}: there is no "${got.slice(0, 100)}".`, {
    field,
    got: got.slice(0, 100),
    limit,
    hint: `One of: ${limit.join(', ')}.`,
  });

/** Names as the engine has them. @throws not_allowed, unknown_sampler, unknown_schedule */
function checked(change: ModelChange, catalogue: Catalogue): ModelChange {
  const family = change.overrides?.family;
  const families = catalogue.families.map(({ id }) => id);
  if (family !== undefined && !families.includes(family))
    throw refuse('not_allowed', 'overrides.family', family, families);
  const { sampler, schedule } = change.defaults ?? {};
  const ids = { ...change.defaults };
  if (sampler !== undefined) {
    const found = findByName(catalogue.samplers, sampler);
    const known = catalogue.samplers.map(({ id }) => id);
    if (found === undefined) throw refuse('unknown_sampler', 'defaults.sampler', sampler, known);
    ids.sampler = found.id;
  }
  if (schedule !== undefined) {
    const found = findByName(catalogue.schedules, schedule);
    const known = catalogue.schedules.map(({ id }) => id);
    if (found === undefined) throw refuse('unknown_schedule', 'defaults.schedule', schedule, known);
    ids.schedule = found.id;
  }
  return change.defaults === undefined ? change : { ...change, defaults: ids };
}

export class ModelSettingsBook {
  readonly #records: ModelSettingsRecords;
  #kept = new Map<string, KeptSettings>();

  constructor(store: Store) {
    this.#records = new ModelSettingsRecords(store);
  }

  async load(): Promise<void> {
    this.#kept = await this.#records.all();
  }

  of(key: ModelKey): ModelSettings {
    return this.#kept.get(keyText(key))?.settings ?? NO_SETTINGS;
  }

  /**
   * @param catalogue null where nothing of the change names anything of the engine's
   * @throws not_allowed, unknown_sampler, unknown_schedule
   */
  async change(entry: Entry, change: ModelChange, catalogue: Catalogue | null): Promise<void> {
    const { notes, triggerWords, overrides, defaults } = catalogue === null ? change : checked(change, catalogue);
    const before = this.of(entry);
    await this.#keep(entry, {
      ...before,
      notes: notes ?? before.notes,
      triggerWords: triggerWords ?? before.triggerWords,
      overrides: overrides ?? before.overrides,
      defaults: defaults ?? before.defaults,
    });
  }

  async setPreview(entry: Entry, preview: string | null): Promise<void> {
    await this.#keep(entry, { ...this.of(entry), preview });
  }

  /**
   * The file's hash is known: its settings remember it, and one without settings takes over those of the same file at
   * a place where it is no longer.
   * @param present keys of all files that are listed
   */
  async hashed(entry: Entry, present: ReadonlySet<string>): Promise<void> {
    const sha256 = entry.record?.sha256 ?? null;
    if (sha256 === null) return;
    const own = this.#kept.get(keyText(entry));
    if (own !== undefined) {
      if (own.settings.sha256 !== sha256) await this.#keep(entry, { ...own.settings, sha256 });
      return;
    }
    const left = [...this.#kept.values()].find(
      (kept) => kept.settings.sha256 === sha256 && !present.has(keyText(kept)),
    );
    if (left === undefined) return;
    await this.#keep(entry, left.settings);
    this.#kept.delete(keyText(left));
    await this.#records.remove(left);
  }

  async #keep(entry: Entry, settings: ModelSettings): Promise<void> {
    const { root, path } = entry;
    const kept = { ...settings, sha256: entry.record?.sha256 ?? settings.sha256 };
    await this.#records.save({ root, path }, kept);
    this.#kept.set(keyText({ root, path }), { root, path, settings: kept });
  }
}
