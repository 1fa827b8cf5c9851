/**
 * Styles: texts a person keeps and adds to prompts, and the WebUI's styles.csv that holds them.
 *
 * Pure; where styles are kept is the server's business.
 */

export interface Style {
  readonly name: string;
  /** With `{prompt}` in it the style stands around the prompt, else behind it. */
  readonly prompt: string;
  readonly negativePrompt: string;
}

const PLACE = '{prompt}';

/** A prompt with styles in the order given; an empty style text changes nothing. */
export function applyStyles(prompt: string, styleTexts: readonly string[]): string {
  return styleTexts.reduce((text, style) => {
    if (style.includes(PLACE)) return style.replaceAll(PLACE, () => text);
    const parts = [text.trim(), style.trim()].filter((part) => part !== '');
    return style.trim() === '' ? text : parts.join(', ');
  }, prompt);
}

/**
 * Reads styles.csv: columns `name`, `prompt` (or `text`, as of old), `negative_prompt`, in any order. Lines without a
 * name, and the WebUI's divider lines, are left out; of two of one name the last counts.
 */
export function readStylesCsv(csv: string): Style[] {
  const [header = [], ...rows] = readCsv(csv.replace(/^\ufeff/, ''));
  const column = (...names: readonly string[]): number => header.findIndex((title) => names.includes(title.trim()));
  const [name, prompt, negative] = [column('name'), column('prompt', 'text'), column('negative_prompt')];
  if (name < 0 || prompt < 0) return [];
  const styles = new Map<string, Style>();
  for (const row of rows) {
    const title = (row[name] ?? '').trim();
    if (title === '' || /^-{3,}/.test(title)) continue;
    styles.set(title, { name: title, prompt: row[prompt] ?? '', negativePrompt: row[negative] ?? '' });
  }
  return [...styles.values()];
}

/** The same the other way round, as the WebUI writes it. */
export function writeStylesCsv(styles: readonly Style[]): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = styles.map(({ name, prompt, negativePrompt }) => [name, prompt, negativePrompt].map(cell).join(','));
  return ['name,prompt,negative_prompt', ...lines, ''].join('\r\n');
}

/** Rows of cells. Quotes hold commas and line breaks, and two of them are one. @source RFC 4180 */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || cell !== '') rows.push(row);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (isQuoted && character === '"' && text[at + 1] === '"') cell += text[++at] as string;
    else if (character === '"' && (isQuoted || cell === '')) isQuoted = !isQuoted;
    else if (isQuoted) cell += character;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') cell += character;
  }
  endRow();
  return rows;
}
