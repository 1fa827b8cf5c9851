/**
 * Names of wildcards: the path of a text file below its folder, without ending. What a prompt can name, every system can
 * store, and what leads out of the folder is no name.
 *
 * @source the wildcard token of scan.ts; the dynamic-prompts extension for `*` and `**`
 */

/** Characters of a name, folders included. */
export const WILDCARD_NAME_LIMIT = 128;
/** One folder or file: as in prompts, with no dot or space at either end and no pair of underscores. */
const PART = /^(?![. ])(?!.*__)[\p{L}\p{N}_\-. ]+(?<![. ])$/u;
/** Names that Windows gives to devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Whether a wildcard may be called so. */
export function isWildcardName(name: string): boolean {
  if (name.length > WILDCARD_NAME_LIMIT || name.startsWith('_') || name.endsWith('_')) return false;
  return name.split('/').every((part) => PART.test(part) && !DEVICE.test(part));
}

/** Whether a prompt means several files: `a/*`, `**` for folders too. */
export const isWildcardPattern = (name: string): boolean => name.includes('*');

/** The names that a pattern means, in their order. `*` stays within a folder, `**` does not; letter case does not count. */
export function matchWildcards(pattern: string, names: readonly string[]): string[] {
  const parts =
    pattern
      .slice(0, WILDCARD_NAME_LIMIT)
      .toLowerCase()
      .match(/\*{2,}\/?|\*|[^*]/gu) ?? [];
  return names.filter((name) => isMatch(parts, name.toLowerCase()));
}

/** All places of a name that the pattern may have reached are walked at once, so no pattern is slow. */
function isMatch(parts: readonly string[], name: string): boolean {
  let reached = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const at of reached) {
      if (!part.startsWith('*')) {
        if (name.startsWith(part, at)) next.add(at + part.length);
        continue;
      }
      for (let end = at; end <= name.length; end++) {
        next.add(end);
        if (part === '*' && name[end] === '/') break;
      }
    }
    reached = next;
  }
  return reached.has(name.length);
}

/** What can be drawn from a file's text: its lines without comments and empty ones. */
export function wildcardLines(text: string): string[] {
  return (
    text
      .replace(/^\ufeff/, '')
      .split(/\r\n|\n|\r/)
      .filter((line) => !line.startsWith('#'))
      // A comment in a line would become one in the prompt and take the words behind it along.
      .map((line) => line.replace(/\s#.*$/, '').trim())
      .filter((line) => line !== '')
  );
}
