/**
 * Styles that a person keeps: our own in styles.csv of the data folder, in the WebUI's form, and those in the styles.csv
 * of other programs' trees, which are only read. Ours win where two have one name.
 */
import { join } from 'node:path';

import { RequestError } from '@easel/shared/errors';
import { MOST_STYLES, type StyleSave, type StylesImported, type StyleView } from '@easel/shared/http/styles';
import { readStylesCsv, writeStylesCsv, type Style } from '@easel/shared/prompt/styles';

import { nearest } from './near-names.ts';
import { notThere, readOnly } from './own-files.ts';
import { OneAtATime, readText, saveText } from './text-files.ts';

const FILE = 'styles.csv';
/** Bytes of a file that is read. */
const LARGEST_FILE = 32 * 2 ** 20;

export interface StylesOptions {
  /** The data folder, absolute. */
  folder: string;
  /** Trees of other programs, absolute. */
  extraRoots: readonly string[];
}

export class Styles {
  readonly #options: StylesOptions;
  readonly #saving = new OneAtATime();

  constructor(options: StylesOptions) {
    this.#options = options;
  }

  /** Ours first, each in the order of its file. @throws storage_unavailable */
  async list(): Promise<StyleView[]> {
    const styles = new Map<string, StyleView>();
    const add = (style: Style, isOwn: boolean): void => {
      if (!styles.has(style.name)) styles.set(style.name, { ...style, isOwn });
    };
    for (const style of await this.#own()) add(style, true);
    for (const root of this.#options.extraRoots) {
      const text = await readText(join(root, FILE), LARGEST_FILE).catch(() => null);
      for (const style of readStylesCsv(text ?? '')) add(style, false);
    }
    return [...styles.values()];
  }

  /** Those of these names, in their order. @throws unknown_style naming near ones */
  async named(names: readonly string[]): Promise<Style[]> {
    if (names.length === 0) return [];
    const all = await this.list();
    return names.map((name) => {
      const style = all.find((each) => each.name === name);
      if (style !== undefined) return style;
      const near = nearest(
        name,
        all.map((each) => each.name),
      );
      throw new RequestError('unknown_style', `styles: there is no style "${name.slice(0, 100)}".`, {
        field: 'styles',
        got: name.slice(0, 100),
        hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Take it out of the styles, or make it first.',
      });
    });
  }

  /**
   * Makes or changes one of ours, under another name if one is given.
   * @throws name_taken, not_found (to rename one that is not there), out_of_range, styles_invalid, storage_unavailable
   */
  async save(name: string, { prompt, negativePrompt, name: to = name }: StyleSave): Promise<StyleView> {
    const style = { name: to, prompt, negativePrompt };
    await this.#change((styles) => {
      const at = styles.findIndex((each) => each.name === name);
      if (to !== name && at < 0) throw notThere('style', name);
      if (to !== name && styles.some((each) => each.name === to)) {
        throw new RequestError('name_taken', `name: there already is a style "${to}".`, {
          field: 'name',
          got: to,
          hint: 'Choose another name.',
        });
      }
      return at < 0 ? [...styles, style] : styles.with(at, style);
    });
    return { ...style, isOwn: true };
  }

  /** @throws not_found, read_only, styles_invalid, storage_unavailable */
  async delete(name: string): Promise<void> {
    const isKnown = (await this.list()).some((each) => each.name === name);
    await this.#change((styles) => {
      const left = styles.filter((each) => each.name !== name);
      if (left.length === styles.length) throw isKnown ? readOnly('style', name) : notThere('style', name);
      return left;
    });
  }

  /** Takes over the styles of a file of the WebUI's; of one name the new one counts. @throws styles_invalid, out_of_range */
  async import(csv: string): Promise<StylesImported> {
    const given = readStylesCsv(csv);
    if (given.length === 0) throw invalid('csv: there is no style in this file.');
    let replaced = 0;
    await this.#change((styles) => {
      const all = new Map(styles.map((style) => [style.name, style]));
      replaced = given.filter(({ name }) => all.has(name)).length;
      for (const style of given) all.set(style.name, style);
      return [...all.values()];
    });
    return { added: given.length - replaced, replaced };
  }

  /** Ours, as the WebUI reads them. */
  async csv(): Promise<string> {
    return writeStylesCsv(await this.#own());
  }

  async #own(): Promise<Style[]> {
    return readStylesCsv((await readText(this.#file, LARGEST_FILE)) ?? '');
  }

  get #file(): string {
    return join(this.#options.folder, FILE);
  }

  async #change(change: (styles: readonly Style[]) => readonly Style[]): Promise<void> {
    await this.#saving.run(async () => {
      const text = (await readText(this.#file, LARGEST_FILE)) ?? '';
      const before = readStylesCsv(text);
      // Whatever stands there is somebody's work: it is not written over unread.
      if (before.length === 0 && text.trim() !== '' && !/^\ufeff?name,/i.test(text)) {
        throw invalid(`${FILE} in the data folder cannot be read as styles, so it is not written over.`);
      }
      const after = change(before);
      if (after.length > MOST_STYLES) {
        throw new RequestError('out_of_range', `There are at most ${MOST_STYLES} styles.`, {
          field: 'styles',
          limit: MOST_STYLES,
          got: after.length,
          hint: 'Delete some first.',
        });
      }
      await saveText(this.#file, writeStylesCsv(after));
    });
  }
}

const invalid = (message: string): RequestError =>
  new RequestError('styles_invalid', message, {
    field: 'csv',
    hint: 'The first line has to name the columns: name,prompt,negative_prompt.',
  });
