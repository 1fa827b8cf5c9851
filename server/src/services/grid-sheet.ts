/**
 * The sheet of a grid: one picture that shows all cells with the values of their axes. Pixels only; it is saved like any
 * other picture (services/grids.ts).
 */
import sharp from 'sharp';

import { drawText, type TextBox, type TextMask } from './label-text.ts';
import { layOutSheet, withHeadings, type SheetLayout, type SheetShape } from './sheet-layout.ts';

/** What stands in a cell: a picture's file, or why there is none. */
export type SheetCell =
  | { readonly file: string; readonly width: number; readonly height: number }
  | { readonly words: string };

export interface SheetContent {
  /** Headings of X, Y and Z; one empty one where there is no such axis. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly layers: readonly string[];
  readonly hasRows: boolean;
  readonly hasLayers: boolean;
  /** By their index: X counts fastest. */
  readonly cells: readonly SheetCell[];
}

export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** RGB, row by row. */
  readonly rgb: Uint8Array;
}

type Colour = readonly [number, number, number];
const PAPER = 0xf6;
const INK: Colour = [0x2a, 0x27, 0x24];
const FAINT: Colour = [0x6d, 0x67, 0x60];
const EMPTY: Colour = [0xe4, 0xe0, 0xdb];

/** Headings as they will be stamped. */
interface Headings {
  readonly columns: readonly (TextMask | null)[];
  readonly rows: readonly (TextMask | null)[];
  readonly layers: readonly (TextMask | null)[];
}

/** Draws it; pictures that cannot be read are left empty with a word about it. */
export async function drawSheet(content: SheetContent): Promise<Sheet> {
  const sizes = content.cells.flatMap((cell) => ('file' in cell ? [cell] : []));
  const shape: SheetShape = {
    columns: content.columns.length,
    rows: content.rows.length,
    layers: content.layers.length,
    hasRows: content.hasRows,
    hasLayers: content.hasLayers,
    pictureWidth: Math.max(1, ...sizes.map(({ width }) => width)),
    pictureHeight: Math.max(1, ...sizes.map(({ height }) => height)),
  };
  const roomy = layOutSheet(shape);
  const { fontSize, columnHeading, rowHeading, layerHeading } = roomy;
  const headings: Headings = {
    columns: await drawAll(content.columns, { ...columnHeading, size: fontSize }),
    rows: await drawAll(content.rows, { ...rowHeading, size: fontSize }),
    layers: await drawAll(content.layers, { ...layerHeading, size: fontSize * 1.15 }),
  };
  const layout = withHeadings(shape, roomy, { column: highest(headings.columns), layer: highest(headings.layers) });
  const canvas = new Canvas(layout.width, layout.height);
  for (const band of layout.bands) await drawBand(canvas, content, headings, layout, band);
  return { width: layout.width, height: layout.height, rgb: canvas.rgb };
}

async function drawAll(texts: readonly string[], box: TextBox): Promise<(TextMask | null)[]> {
  const masks: (TextMask | null)[] = [];
  for (const text of texts) masks.push(await drawText(text, box));
  return masks;
}

const highest = (masks: readonly (TextMask | null)[]): number =>
  masks.reduce((most, mask) => Math.max(most, mask?.height ?? 0), 0);

async function drawBand(
  canvas: Canvas,
  content: SheetContent,
  headings: Headings,
  layout: SheetLayout,
  { layer, firstColumn, columns, top }: SheetLayout['bands'][number],
): Promise<void> {
  const { margin, gap, cellWidth, cellHeight, fontSize, columnHeading, rowHeading, layerHeading } = layout;
  const left = margin + (content.hasRows ? rowHeading.width + gap : 0);
  const xOf = (column: number): number => left + column * (cellWidth + gap);
  canvas.stamp(headings.layers[layer], margin, top);
  const foot = top + layerHeading.height + columnHeading.height;
  for (let column = 0; column < columns; column++) {
    const mask = headings.columns[firstColumn + column];
    // At the foot of its box and in the middle, next to what it is about.
    if (mask) canvas.stamp(mask, xOf(column) + centred(cellWidth, mask.width), foot - mask.height);
  }
  for (const row of content.rows.keys()) {
    const y = foot + gap + row * (cellHeight + gap);
    const mask = headings.rows[row];
    if (mask) canvas.stamp(mask, margin + rowHeading.width - mask.width, y + centred(cellHeight, mask.height));
    for (let column = 0; column < columns; column++) {
      const index = (layer * content.rows.length + row) * content.columns.length + firstColumn + column;
      const place = { x: xOf(column), y, width: cellWidth, height: cellHeight };
      await drawCell(canvas, content.cells[index], place, fontSize);
    }
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function drawCell(canvas: Canvas, cell: SheetCell | undefined, place: Place, fontSize: number): Promise<void> {
  const picture = cell !== undefined && 'file' in cell ? await readPicture(cell.file, place) : null;
  if (picture !== null) {
    canvas.paste(
      picture,
      place.x + centred(place.width, picture.width),
      place.y + centred(place.height, picture.height),
    );
    return;
  }
  canvas.fill(place, EMPTY);
  const words = cell !== undefined && 'words' in cell ? cell.words : 'The file is gone.';
  const pad = Math.min(8, Math.floor(place.width / 8));
  const box = { width: place.width - 2 * pad, height: place.height - 2 * pad, size: fontSize * 0.9 };
  const mask = await drawText(words, box);
  if (mask === null) return;
  canvas.stamp(mask, place.x + centred(place.width, mask.width), place.y + centred(place.height, mask.height), FAINT);
}

const centred = (room: number, size: number): number => Math.max(0, Math.floor((room - size) / 2));

async function readPicture(file: string, { width, height }: Place): Promise<Sheet | null> {
  try {
    const { data, info } = await sharp(file)
      .resize({ width, height, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: data };
  } catch {
    // Taken away or damaged since: the other cells are worth a sheet all the same.
    return null;
  }
}

class Canvas {
  readonly rgb: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.rgb = new Uint8Array(width * height * 3).fill(PAPER);
  }

  paste({ rgb, width, height }: Sheet, x: number, y: number): void {
    for (let row = 0; row < height; row++)
      this.rgb.set(rgb.subarray(row * width * 3, (row + 1) * width * 3), ((y + row) * this.width + x) * 3);
  }

  fill({ x, y, width, height }: Place, colour: Colour): void {
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) this.rgb.set(colour, (row * this.width + column) * 3);
  }

  /** Lets a colour through where the mask covers. */
  stamp(mask: TextMask | null | undefined, x: number, y: number, colour: Colour = INK): void {
    if (!mask) return;
    const { coverage, width, height } = mask;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const share = (coverage[row * width + column] ?? 0) / 255;
        const at = ((y + row) * this.width + x + column) * 3;
        for (let part = 0; part < 3; part++)
          this.rgb[at + part] = Math.round((1 - share) * (this.rgb[at + part] ?? 0) + share * (colour[part] ?? 0));
      }
    }
  }
}
