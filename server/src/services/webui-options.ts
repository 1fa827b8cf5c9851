/**
 * Settings that programs for the WebUI's API keep on the server: what they set stays set, also after a restart.
 *
 * Only those that change something here; which model is the default is the library's business.
 */
import { RNG_SOURCES, textToImageRequest } from '@easel/shared/generation';
import { z } from 'zod';

import type { Store } from '../store/database.ts';

const webuiSettings = z.object({
  /** Null = what the model suggests. */
  clipSkip: textToImageRequest.shape.clipSkip.unwrap().nullable().catch(null),
  rng: z.enum(RNG_SOURCES).nullable().catch(null),
  /** Options of pictures by the names of the WebUI's settings, as they were sent; only such as ask for something. */
  options: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).catch({}),
});
export type WebuiSettings = z.infer<typeof webuiSettings>;

const KEY = 'webui-options';

export class WebuiOptions {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async read(): Promise<WebuiSettings> {
    const row = await this.#store.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
    return webuiSettings.parse(row === undefined ? {} : JSON.parse(row.value));
  }

  async change(change: Partial<WebuiSettings>): Promise<void> {
    const value = JSON.stringify({ ...(await this.read()), ...change });
    await this.#store
      .insertInto('meta')
      .values({ key: KEY, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  }
}
