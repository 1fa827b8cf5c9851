/**
 * The single values of a YAML file by the keys that lead to them: as much of YAML as the configs of models are written in.
 * Maps by indentation and plain or quoted scalars; lists, blocks of text, references and everything else is passed over.
 */

/** Values by their keys joined with dots. */
export type YamlScalars = ReadonlyMap<string, string | number | boolean>;

const MOST_LINES = 5000;
const ENTRY = /^(?<indent> *)(?<key>[\w.-]+|"[^"]*"|'[^']*') *:(?: +(?<value>.*))?$/;
const QUOTED = /^(?:"(?<double>[^"\\]*)"|'(?<single>[^']*)')$/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
/** What begins a thing that is no single value. */
const COMPOUND = /^[[{|>&*!%@`]/;

/** Never fails; what it does not understand it leaves out. */
export function readYamlScalars(text: string): YamlScalars {
  const scalars = new Map<string, string | number | boolean>();
  let parents: { indent: number; key: string }[] = [];
  for (const line of text.split(/\r?\n/, MOST_LINES)) {
    const { indent: spaces = '', key = '', value: written = '' } = ENTRY.exec(line.replace(/\s+$/, ''))?.groups ?? {};
    if (key === '') continue;
    const indent = spaces.length;
    parents = [
      ...parents.filter((parent) => parent.indent < indent),
      { indent, key: key.replaceAll(/^["']|["']$/g, '') },
    ];
    const value = scalarOf(written.replace(/(^|\s)#.*$/, '').trim());
    if (value !== null) scalars.set(parents.map((parent) => parent.key).join('.'), value);
  }
  return scalars;
}

function scalarOf(text: string): string | number | boolean | null {
  if (text === '' || text === '~' || text === 'null' || COMPOUND.test(text)) return null;
  const quoted = QUOTED.exec(text)?.groups;
  if (quoted !== undefined) return quoted['double'] ?? quoted['single'] ?? '';
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return NUMBER.test(text) ? Number(text) : text;
}
