/**
 * Text as pixels, for the labels of grids. Drawn with fonts that come along (server/fonts), so that a container without any
 * has labels too; scripts they do not have are drawn with what the system has.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import sharp from 'sharp';

/** How much of each pixel is covered, row by row. */
export interface TextMask {
  readonly width: number;
  readonly height: number;
  /** 0 to 255. */
  readonly coverage: Uint8Array;
}

export interface TextBox {
  /** In pixels; lines are broken and the rest is cut off. */
  readonly width: number;
  readonly height: number;
  /** Of the letters, in pixels. */
  readonly size: number;
}

const FONT_FOLDER = fileURLToPath(new URL('../../fonts/', import.meta.url));
const FAMILY = 'Noto Sans';
/** Points are pixels. */
const DPI = 72;
const LONGEST = 400;
const SHORTEST = 4;

/** The renderer keeps every font file it was once told of. */
let loading: Promise<string> | null = null;

async function loadFonts(): Promise<string> {
  const files = readdirSync(FONT_FOLDER)
    .filter((name) => name.endsWith('.ttf'))
    .map((name) => FONT_FOLDER + name);
  for (const fontfile of files)
    await sharp({ text: { text: 'a', font: `${FAMILY} 8`, fontfile, dpi: DPI } }).toBuffer();
  return files.find((name) => name.includes('-latin-4')) ?? (files[0] as string);
}

/** A label in a box: broken into lines, and cut with an ellipsis where it is too long. Null where there is nothing to draw. */
export async function drawText(text: string, box: TextBox): Promise<TextMask | null> {
  const fontfile = await (loading ??= loadFonts());
  let shown = [...text.replace(/\s+/g, ' ').trim()].slice(0, LONGEST).join('');
  if (shown === '' || box.width < 1 || box.height < 1) return null;
  for (;;) {
    const mask = await draw(shown, box, fontfile);
    const fits = mask.height <= box.height && mask.width <= box.width;
    const letters = [...shown.replace(/…$/, '')];
    if (fits || letters.length <= SHORTEST) return fits ? mask : cropped(mask, box);
    const share = Math.min(0.9, box.height / mask.height, box.width / mask.width);
    shown = `${letters
      .slice(0, Math.max(SHORTEST, Math.floor(letters.length * share)))
      .join('')
      .trimEnd()}…`;
  }
}

async function draw(text: string, { width, size }: TextBox, fontfile: string): Promise<TextMask> {
  const { data, info } = await sharp({
    text: {
      text: escapeMarkup(text),
      font: `${FAMILY} ${Math.round(size)}`,
      fontfile,
      dpi: DPI,
      width,
      wrap: 'word-char',
    },
  })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const coverage = new Uint8Array(info.width * info.height);
  for (let at = 0; at < coverage.length; at++) coverage[at] = data[at * info.channels] ?? 0;
  return { width: info.width, height: info.height, coverage };
}

const escapeMarkup = (text: string): string => text.replace(/[&<>]/g, (sign) => MARKUP[sign] ?? sign);
const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function cropped({ width, height, coverage }: TextMask, box: TextBox): TextMask {
  const [w, h] = [Math.min(width, box.width), Math.min(height, box.height)];
  const part = new Uint8Array(w * h);
  for (let row = 0; row < h; row++) part.set(coverage.subarray(row * width, row * width + w), row * w);
  return { width: w, height: h, coverage: part };
}
