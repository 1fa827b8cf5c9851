/** Encodings of one byte a character that text is wrongly decoded with, in the order in which undoing them is tried. Pure. */

import { fromWindows1252 } from './html-unescape.ts';

/** The byte that stands for a character that got lost, in the encodings of Windows. */
const SUBSTITUTE = 0x1a;

/** Upper half of the encoding of the first PCs; no decoder of the platform has it. */
const CODE_PAGE_437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

export interface OneByteEncoding {
  readonly label: string;
  /** Whether lost characters can stand in it: those of Windows let every byte pass. */
  readonly isForgiving: boolean;
  /** Whether a space in it may have been a no-break space. */
  readonly hasNoBreakSpace: boolean;
  /** Bytes of a text, or undefined where it holds a character the encoding lacks. */
  encode(text: string): Uint8Array | undefined;
}

/** All characters by byte; a byte the encoding leaves out shows the control character of its number. */
function charactersOf(label: string): string[] {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const plain = Array.from(bytes, (byte) => String.fromCharCode(byte));
  // Platforms take "latin-1" for Windows-1252, and Node up to 22 decodes either as Latin-1.
  if (label === 'latin-1') return plain;
  if (label === 'windows-1252') return Array.from(bytes, fromWindows1252);
  if (label === 'cp437') return [...plain.slice(0, 128), ...CODE_PAGE_437];
  return [...new TextDecoder(label).decode(bytes)].map((character, byte) =>
    character === '\ufffd' ? (plain[byte] as string) : character,
  );
}

function makeEncoding(label: string): OneByteEncoding {
  const isForgiving = label.startsWith('windows');
  let byteOf: ReadonlyMap<string, number> | undefined;
  const bytes = (): ReadonlyMap<string, number> => {
    const characters = charactersOf(label);
    if (isForgiving) characters[SUBSTITUTE] = '\ufffd';
    return new Map(characters.map((character, byte) => [character, byte]));
  };
  return {
    label,
    isForgiving,
    hasNoBreakSpace: label !== 'macintosh',
    encode: (text) => {
      byteOf ??= bytes();
      const out = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) {
        const byte = byteOf.get(text[i] as string);
        if (byte === undefined) return undefined;
        out[i] = byte;
      }
      return out;
    },
  };
}

export const ONE_BYTE_ENCODINGS: readonly OneByteEncoding[] = [
  'latin-1',
  'windows-1252',
  'windows-1251',
  'windows-1250',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-2',
  'macintosh',
  'cp437',
].map(makeEncoding);
