/** The sessions of one opened checkpoint: started when first needed, kept, or freed as soon as another one is. */
import type { Session } from '../graph/session.ts';

export class Sessions {
  readonly #open = new Map<string, Promise<Session>>();
  readonly #started = new Map<string, Session>();
  /** Whether a session is freed before another one starts. */
  isExclusive = false;

  get residentBytes(): number {
    return [...this.#started.values()].reduce((sum, session) => sum + session.residentBytes, 0);
  }

  get keys(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** The session under this key, started when there is none. A failed start leaves nothing behind, to be tried again. */
  async get(key: string, start: () => Promise<Session>): Promise<Session> {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    if (this.isExclusive) await this.release((other) => other !== key);
    const starting = start();
    this.#open.set(key, starting);
    try {
      const session = await starting;
      this.#started.set(key, session);
      return session;
    } catch (thrown) {
      this.#open.delete(key);
      throw thrown;
    }
  }

  /** Frees those whose key is wanted gone; all when absent. */
  async release(isUnwanted: (key: string) => boolean = () => true): Promise<void> {
    for (const [key, starting] of this.#open) {
      if (!isUnwanted(key)) continue;
      this.#open.delete(key);
      this.#started.delete(key);
      await (await starting.catch(() => null))?.release();
    }
  }
}
