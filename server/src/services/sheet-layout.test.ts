import { describe, expect, it } from 'vitest';

import { layOutSheet, withHeadings, type SheetShape } from './sheet-layout.ts';

const SHAPE: SheetShape = {
  columns: 2,
  rows: 3,
  layers: 1,
  pictureWidth: 512,
  pictureHeight: 768,
  hasRows: true,
  hasLayers: false,
};

describe('the layout of a sheet', () => {
  it('shows pictures as they are while there is room', () => {
    expect(layOutSheet(SHAPE)).toMatchObject({ cellWidth: 512, cellHeight: 768, perBand: 2 });
  });

  it('has room for labels beside small pictures, without enlarging them', () => {
    const { cellWidth, cellHeight } = layOutSheet({ ...SHAPE, pictureWidth: 64, pictureHeight: 64 });
    expect([cellWidth, cellHeight]).toEqual([96, 64]);
  });

  it('stays within what can be looked at, whatever the shape', () => {
    const shapes = [
      { columns: 1000, rows: 1 },
      { columns: 1, rows: 1000 },
      { columns: 10, rows: 10, layers: 10, hasLayers: true },
      { columns: 31, rows: 32, pictureWidth: 2048, pictureHeight: 2048 },
      { columns: 1000, rows: 1, pictureWidth: 64, pictureHeight: 64 },
    ];
    for (const shape of shapes) {
      const { width, height } = layOutSheet({ ...SHAPE, ...shape });
      expect(width).toBeLessThanOrEqual(16_000);
      expect(height).toBeLessThanOrEqual(50_000);
      expect(width * height).toBeLessThanOrEqual(2 ** 25);
    }
  });

  it('breaks a long row into bands, of which none overlaps another', () => {
    const { bands, perBand, height } = layOutSheet({ ...SHAPE, columns: 100, rows: 1 });
    expect(bands.length).toBeGreaterThan(1);
    expect(bands.reduce((sum, { columns }) => sum + columns, 0)).toBe(100);
    expect(bands.every(({ columns }) => columns <= perBand)).toBe(true);
    expect((bands.at(-1)?.top ?? 0) < height).toBe(true);
  });

  it('is only as high as its headings need', () => {
    const roomy = layOutSheet(SHAPE);
    const tight = withHeadings(SHAPE, roomy, { column: 10, layer: 0 });
    expect(roomy.height - tight.height).toBe(roomy.columnHeading.height - 10);
  });
});
