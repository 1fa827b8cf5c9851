/**
 * Where everything lies on the sheet of a grid: how large cells are shown, in how many bands, and where labels stand. Pure.
 */

export interface SheetShape {
  /** Values of X, Y, Z; 1 where there is no such axis. */
  readonly columns: number;
  readonly rows: number;
  readonly layers: number;
  /** The largest picture of a cell, in pixels. */
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  /** Whether rows and layers have headings. */
  readonly hasRows: boolean;
  readonly hasLayers: boolean;
}

export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  /** A cell's place for its picture. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly fontSize: number;
  readonly columnHeading: { readonly width: number; readonly height: number };
  readonly rowHeading: { readonly width: number; readonly height: number };
  readonly layerHeading: { readonly width: number; readonly height: number };
  /** Pieces of the grid below one another: of each layer as many columns as are as wide as a sheet may be. */
  readonly bands: readonly { layer: number; firstColumn: number; columns: number; top: number }[];
  /** Columns of the first band; of the last there may be fewer. */
  readonly perBand: number;
  readonly margin: number;
  readonly gap: number;
}

/** A sheet is read as one picture: 33 million pixels are 100 MB. */
const MOST_PIXELS = 2 ** 25;
const WIDEST = 16_000;
const TALLEST = 40_000;
/** Cells are shown no smaller. */
const SMALLEST = 32;
/** Narrower columns have no room for a label. */
const NARROWEST = 96;

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(value)));

/** The largest layout that a sheet may have; cells are never enlarged. */
export function layOutSheet(shape: SheetShape): SheetLayout {
  for (let scale = 1; ; scale *= 0.93) {
    const layout = layOutAt(shape, scale);
    const isSmallest = Math.max(shape.pictureWidth, shape.pictureHeight) * scale <= SMALLEST;
    const fits = layout.width * layout.height <= MOST_PIXELS && layout.height <= TALLEST;
    if (fits || isSmallest) return layout;
  }
}

function layOutAt(shape: SheetShape, scale: number): SheetLayout {
  const { columns, hasRows, hasLayers } = shape;
  const pictureWidth = Math.max(1, Math.round(shape.pictureWidth * scale));
  const cellHeight = Math.max(1, Math.round(shape.pictureHeight * scale));
  const fontSize = clamp(pictureWidth / 18, 12, 26);
  // Only one narrow column needs no more room than its picture where there are many of them.
  const cellWidth = columns > WIDEST / (NARROWEST + 8) ? pictureWidth : Math.max(pictureWidth, NARROWEST);
  const gap = clamp(cellWidth / 32, 4, 12);
  const margin = 2 * gap;
  const line = Math.ceil(fontSize * 1.4);
  const rowHeading = { width: hasRows ? clamp(cellWidth * 0.7, NARROWEST, 260) : 0, height: cellHeight };
  const columnHeading = { width: cellWidth, height: 3 * line };
  const left = margin + (hasRows ? rowHeading.width + gap : 0);
  const most = Math.max(1, Math.floor((WIDEST - left - margin + gap) / (cellWidth + gap)));
  const perBand = Math.ceil(columns / Math.ceil(columns / most));
  const width = left + perBand * (cellWidth + gap) - gap + margin;
  const layerHeading = { width: width - 2 * margin, height: hasLayers ? 2 * line : 0 };
  const parts = { cellHeight, columnHeading, layerHeading, gap, margin };
  return {
    width,
    ...stack(shape, perBand, parts),
    cellWidth,
    fontSize,
    rowHeading,
    perBand,
    ...parts,
  };
}

/** Bands below one another, and how high they are together. */
function stack(
  { columns, rows, layers }: SheetShape,
  perBand: number,
  {
    cellHeight,
    columnHeading,
    layerHeading,
    gap,
    margin,
  }: Pick<SheetLayout, 'cellHeight' | 'columnHeading' | 'layerHeading' | 'gap' | 'margin'>,
): Pick<SheetLayout, 'bands' | 'height'> {
  const bands: { layer: number; firstColumn: number; columns: number; top: number }[] = [];
  let top = margin;
  for (let layer = 0; layer < layers; layer++) {
    for (let firstColumn = 0; firstColumn < columns; firstColumn += perBand) {
      bands.push({ layer, firstColumn, columns: Math.min(perBand, columns - firstColumn), top });
      top += layerHeading.height + columnHeading.height + gap + rows * (cellHeight + gap) + gap;
    }
  }
  return { bands, height: top - 2 * gap + margin };
}

/** The same where headings turned out to be lower than there was room for. */
export function withHeadings(
  shape: SheetShape,
  layout: SheetLayout,
  { column, layer }: { column: number; layer: number },
): SheetLayout {
  const columnHeading = { ...layout.columnHeading, height: column };
  const layerHeading = { ...layout.layerHeading, height: layer === 0 ? 0 : layer + layout.gap };
  const tight = { ...layout, columnHeading, layerHeading };
  return { ...tight, ...stack(shape, layout.perBand, tight) };
}
