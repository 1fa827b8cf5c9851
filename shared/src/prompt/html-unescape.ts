/** HTML character references to characters, as HTML 5 reads them (and Python's html module). Pure. */

/** Names with and, where HTML allows it, without their semicolon, e.g. `amp;` and `amp`. */
export type HtmlEntities = ReadonlyMap<string, string>;

/** Reads shared/data/html-entities.txt: one name a line, then its code points in hexadecimal. */
export function parseHtmlEntities(text: string): HtmlEntities {
  const entities = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, ...points] = line.split(' ');
    if (name) entities.set(name, String.fromCodePoint(...points.map((point) => Number.parseInt(point, 16))));
  }
  return entities;
}

/** What Windows-1252 shows for the bytes 0x80 to 0x9f; the five it leaves out stay control characters. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

/** The character that Windows-1252 has where Latin-1 has a control character; any other code is itself. */
export function fromWindows1252(code: number): string {
  return WINDOWS_1252[code - 0x80] ?? String.fromCodePoint(code);
}

/** Control characters and noncharacters that a numeric reference may not name. */
const isForbidden = (code: number): boolean =>
  (code >= 0x1 && code <= 0x8) ||
  code === 0xb ||
  (code >= 0xe && code <= 0x1f) ||
  code === 0x7f ||
  (code >= 0xfdd0 && code <= 0xfdef) ||
  (code & 0xfffe) === 0xfffe;

function numericReference(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  if (code >= 0x80 && code <= 0x9f) return fromWindows1252(code);
  return isForbidden(code) ? '' : String.fromCodePoint(code);
}

/** Every reference in a text replaced; names without semicolon count where HTML 5 lets them. */
export function unescapeHtml(text: string, entities: HtmlEntities): string {
  return text.replace(
    /&(?:#(\d+);?|#[xX]([\da-fA-F]+);?|([^\t\n\f <&#;]{1,32};?))/gu,
    (whole: string, decimal?: string, hex?: string, name = '') => {
      if (decimal !== undefined) return numericReference(decimal, 10);
      if (hex !== undefined) return numericReference(hex, 16);
      const exact = entities.get(name);
      if (exact !== undefined) return exact;
      for (let length = name.length - 1; length > 1; length--) {
        const prefix = entities.get(name.slice(0, length));
        if (prefix !== undefined) return prefix + name.slice(length);
      }
      return whole;
    },
  );
}
