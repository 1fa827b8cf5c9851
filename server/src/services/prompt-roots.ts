/** Folders of other programs' trees by patterns of names, such as extensions with a folder of wildcards each; links are not followed. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Extensions of one program; nobody has more. */
const MOST_FOLDERS = 500;

const foldersIn = async (folder: string): Promise<Dirent[]> =>
  (await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => [])).filter((entry) => entry.isDirectory());

/** Those that are there. `*` stands for any one folder. */
export async function foldersBelow(root: string, patterns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns) {
    let reached = [root];
    for (const segment of pattern.split('/')) {
      const next: string[] = [];
      for (const folder of reached) {
        const names = (await foldersIn(folder)).map(({ name }) => name).sort();
        const wanted = names.filter((name) => (segment === '*' ? !name.startsWith('.') : name === segment));
        next.push(...wanted.slice(0, MOST_FOLDERS).map((name) => join(folder, name)));
      }
      reached = next;
    }
    found.push(...reached);
  }
  return found;
}
