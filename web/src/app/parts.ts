/**
 * Parts of the page that are fetched later. One cannot be had while the server is away, or, on a page opened before an
 * update, ever: then the page is loaded anew, as soon as there is somebody to load it from. Nothing is lost; the form is kept.
 */
import { healthView } from '@easel/shared/http/health';

import { call } from '../api/client.ts';

const RELOADED_KEY = 'easel.reloaded';
const RELOAD_AGAIN_MS = 60_000;
const ASK_AGAIN_MS = 1000;

/** Asked for by all that wait at once. */
let answering: Promise<void> | null = null;

async function waitForAnswer(): Promise<void> {
  for (;;) {
    try {
      await call('/health', healthView);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}

/** Resolves only where a reload has just been tried in vain. */
async function reloadWhenServerAnswers(): Promise<void> {
  answering ??= waitForAnswer().finally(() => {
    answering = null;
  });
  await answering;
  if (Date.now() - Number(sessionStorage.getItem(RELOADED_KEY) ?? 0) < RELOAD_AGAIN_MS) return;
  sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
  location.reload();
  await new Promise(() => {});
}

/** What fetches a part, made patient. @throws what `load` does, where a reload did not help */
export function part<Module>(load: () => Promise<Module>): () => Promise<Module> {
  return async () => {
    try {
      return await load();
    } catch (thrown) {
      await reloadWhenServerAnswers();
      throw thrown;
    }
  };
}
