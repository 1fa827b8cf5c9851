/** Versioned values in local storage. Whatever stands there is read field by field; garbage becomes the fallback. */
import { config, type ZodType } from 'zod';

// The page's policy forbids eval, by which zod would compile its schemas. Said here, because what is stored is the
// first thing that is parsed.
config({ jitless: true });

const keyOf = (name: string): string => `easel.${name}`;

/**
 * Reads a stored object.
 *
 * @param version of the stored form; another version is ignored as a whole
 * @param fields a schema for each field; a field that does not fit takes its fallback
 */
export function readStored<Values extends object>(
  name: string,
  version: number,
  fields: { [Key in keyof Values]: ZodType<Values[Key]> },
  fallback: Values,
): Values {
  const stored = readObject(name);
  if (stored?.['version'] !== version) return fallback;
  const result = { ...fallback };
  for (const key of Object.keys(fields) as (keyof Values & string)[]) {
    const parsed = fields[key].safeParse(stored[key]);
    if (parsed.success) result[key] = parsed.data;
  }
  return result;
}

/** Writes a stored object; a full or forbidden storage is no reason to stop working. */
export function writeStored(name: string, version: number, values: object): void {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify({ version, ...values }));
  } catch {
    // Private windows and full disks refuse; the page then merely forgets on reload.
  }
}

function readObject(name: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(name)) ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
