/**
 * Rules on pixels that tell whether a picture of the demo model shows what its prompt says.
 *
 * No learned part: colours are compared with the renderer's palette (scripts/demo-model/scenes.py), shapes with the
 * renderer's own silhouettes, the rest is areas, centres and counts. Rules err; so every share they give is printed
 * beside the one they give on true pictures.
 */

/** @typedef {{ width: number, height: number, rgb: Uint8Array }} Picture 128 x 128, three bytes a pixel */
/** @typedef {{ what: string, color: string, place: string, count: number }} Thing */
/**
 * @typedef {{ kind: string, objects: Thing[], time?: string, weather?: string, ground?: string, back?: string, mood?: string,
 *   hair?: string, shirt?: string, long?: boolean, hat?: string | null }} Facts
 */
/** @typedef {{ area: number, cells: string }} Shape `cells`: how often each of 12 x 12 cells is covered, 0 to 9 */

const COLORS = {
  red: [219, 48, 45],
  orange: [243, 140, 36],
  yellow: [250, 212, 60],
  green: [62, 165, 80],
  blue: [48, 105, 215],
  purple: [140, 75, 190],
  pink: [246, 140, 182],
  white: [246, 246, 242],
  black: [44, 44, 52],
  brown: [140, 92, 58],
};
/** The middle of its three shades. */
const PINE = [61, 126, 92];
const HAIR = {
  black: [40, 34, 38],
  brown: [112, 70, 42],
  blonde: [238, 200, 98],
  red: [196, 78, 36],
  white: [232, 232, 232],
  blue: [60, 110, 210],
  pink: [244, 130, 180],
};
const LIGHT = { day: [1, 1, 1], sunset: [1, 0.86, 0.8], night: [0.62, 0.66, 0.84] };
const GROUND = { green: [78, 152, 72], snowy: [208, 222, 238], desert: [222, 176, 104], autumn: [178, 100, 46] };
/** The top of the sky: when it is bright, and when it rains or snows. */
const SKY = { day: [70, 158, 232], sunset: [98, 72, 150], night: [12, 17, 48] };
const GREY = { day: [142, 158, 174], sunset: [96, 84, 118], night: [22, 26, 46] };
const CLOUD = { day: [255, 255, 255], sunset: [255, 206, 190], night: [120, 130, 170] };

/** The subjects of each kind of scene: what a silhouette is told apart from. */
const SUBJECTS = {
  land: ['house', 'castle', 'tree', 'pine', 'car', 'flower', 'cat', 'rabbit'],
  sea: ['boat', 'lighthouse'],
  close: ['cat', 'rabbit', 'owl', 'fish'],
  still: ['apple', 'pear', 'orange', 'mug', 'vase'],
};
const SIDE = 64;
const GRID = 12;
/** Farther than this from its colour, in bytes of red, green and blue together, a pixel is of no colour. */
const REACH = 85;
/** A blob has at least this many of 64 x 64 cells, and this share of the largest one of its colour. */
const SMALLEST_BLOB = 10;
const SMALLEST_SHARE = 0.3;

const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const lit = (color, light) => color.map((value, i) => value * light[i]);
const lighter = (color, factor) => color.map((value) => 255 - (255 - value) * (2 - factor));

function nearest(color, palette) {
  let best = '';
  let least = Infinity;
  for (const [name, other] of Object.entries(palette)) {
    const d = distance(color, other);
    if (d < least) [best, least] = [name, d];
  }
  return best;
}

/** The picture at half its size, each cell the mean of four pixels. */
function halve({ width, rgb }) {
  const out = new Float32Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++)
      for (let c = 0; c < 3; c++) {
        const at = (row, column) => rgb[((2 * y + row) * width + 2 * x + column) * 3 + c];
        out[(y * SIDE + x) * 3 + c] = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
      }
  return out;
}

/** Median colour of a box, in shares of the picture's sides. */
function middle({ width, height, rgb }, left, top, right, bottom) {
  const parts = [[], [], []];
  for (let y = Math.floor(top * height); y < bottom * height; y++)
    for (let x = Math.floor(left * width); x < right * width; x++)
      for (let c = 0; c < 3; c++) parts[c].push(rgb[(y * width + x) * 3 + c]);
  return parts.map((values) => values.sort((a, b) => a - b)[values.length >> 1]);
}

/** Cells of a thing's colour within a box of the picture; 1 = it. */
function maskOf(cells, thing, light, { left, right, top }) {
  const palette = Object.fromEntries(Object.entries(COLORS).map(([name, color]) => [name, lit(color, light)]));
  const wanted = thing.what === 'pine' ? lit(PINE, light) : palette[thing.color];
  const mask = new Uint8Array(SIDE * SIDE);
  for (let y = Math.floor(top * SIDE); y < SIDE; y++)
    for (let x = Math.floor(left * SIDE); x < right * SIDE; x++) {
      const color = [0, 1, 2].map((c) => cells[(y * SIDE + x) * 3 + c]);
      const d = distance(color, wanted);
      if (d < REACH && (thing.what === 'pine' || nearest(color, palette) === thing.color)) mask[y * SIDE + x] = 1;
    }
  return mask;
}

/** Connected parts of a mask, largest first, without specks. */
function blobsOf(mask) {
  const seen = new Uint8Array(mask);
  const blobs = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 0) continue;
    const blob = [start];
    seen[start] = 0;
    for (let i = 0; i < blob.length; i++) {
      const at = blob[i];
      const x = at % SIDE;
      for (const next of [x > 0 ? at - 1 : -1, x < SIDE - 1 ? at + 1 : -1, at - SIDE, at + SIDE])
        if (next >= 0 && next < seen.length && seen[next] === 1) {
          seen[next] = 0;
          blob.push(next);
        }
    }
    if (blob.length >= SMALLEST_BLOB) blobs.push(blob);
  }
  blobs.sort((a, b) => b.length - a.length);
  return blobs.filter((blob) => blob.length >= blobs[0].length * SMALLEST_SHARE);
}

/** Shares of 12 x 12 cells that the parts cover, stretched to their own box; with the box's width over height. */
function silhouetteOf(cells) {
  const xs = cells.map((at) => at % SIDE);
  const ys = cells.map((at) => Math.floor(at / SIDE));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs) + 1, Math.min(...ys), Math.max(...ys) + 1];
  const covered = new Set(cells);
  const grid = [];
  const samples = 4;
  for (let row = 0; row < GRID; row++)
    for (let column = 0; column < GRID; column++) {
      let hits = 0;
      for (let i = 0; i < samples * samples; i++) {
        const x = Math.floor(left + ((column + ((i % samples) + 0.5) / samples) / GRID) * (right - left));
        const y = Math.floor(top + ((row + (Math.floor(i / samples) + 0.5) / samples) / GRID) * (bottom - top));
        if (covered.has(y * SIDE + x)) hits++;
      }
      grid.push(hits / (samples * samples));
    }
  return { grid, aspect: (right - left) / (bottom - top) };
}

/** How much a difference of proportions weighs beside one of covered cells. */
const ASPECT_WEIGHT = 0.25;

function nearestShape(silhouette, kind, shapes) {
  let best = '';
  let least = Infinity;
  for (const what of SUBJECTS[kind])
    for (const shape of shapes[`${kind}/${what}`] ?? []) {
      let d = 0;
      for (let i = 0; i < GRID * GRID; i++) d += Math.abs(silhouette.grid[i] - Number(shape.cells[i]) / 9);
      d = d / (GRID * GRID) + ASPECT_WEIGHT * Math.abs(Math.log(silhouette.aspect / shape.aspect));
      if (d < least) [best, least] = [what, d];
    }
  return best;
}

const boxOf = ({ kind, objects }, index) => ({
  left: objects.length === 2 && index === 1 ? 0.5 : 0,
  right: objects.length === 2 && index === 0 ? 0.5 : 1,
  top: kind === 'land' || kind === 'sea' ? 0.2 : 0,
});
const lightOf = (facts) => LIGHT[facts.time ?? 'day'];

/** Silhouette and area of a lone thing: what shapes are learnt from. Null = its colour is not to be seen. */
export function shapeOf(picture, facts) {
  const blobs = blobsOf(maskOf(halve(picture), facts.objects[0], lightOf(facts), boxOf(facts, 0)));
  if (blobs.length === 0) return null;
  const { grid, aspect } = silhouetteOf(blobs.flat());
  return {
    area: blobs.flat().length,
    aspect: Math.round(aspect * 100) / 100,
    cells: grid.map((share) => Math.round(share * 9)).join(''),
  };
}

/** Whether the colours of a scene's things are also those of what is behind them, by the scene without the things. */
export function isAmbiguous(blank, facts) {
  const cells = halve(blank);
  const light = lightOf(facts);
  const box = { left: 0, right: 1, top: boxOf(facts, 0).top };
  const same = facts.objects.length === 2 && facts.objects[0].color === facts.objects[1].color;
  return (
    same ||
    facts.objects.some((thing) => maskOf(cells, thing, light, box).reduce((sum, hit) => sum + hit, 0) > SMALLEST_BLOB)
  );
}

const centreOf = (blobs) => {
  const cells = blobs.flat();
  return cells.reduce((sum, at) => sum + (at % SIDE) + 0.5, 0) / cells.length / SIDE;
};

function judgeThings(cells, facts, shapes, verdict) {
  const { kind, objects } = facts;
  const light = lightOf(facts);
  for (const [index, thing] of objects.entries()) {
    const blobs = blobsOf(maskOf(cells, thing, light, boxOf(facts, index)));
    const known = shapes[`${kind}/${thing.what}`];
    const usual = known.map(({ area }) => area).toSorted((a, b) => a - b)[known.length >> 1];
    const isThere = blobs.flat().length >= usual * (objects.length === 2 || thing.count > 1 ? 0.2 : 0.35);
    const body = thing.count > 1 ? blobs.slice(0, 1) : blobs;
    const isShape = isThere && nearestShape(silhouetteOf(body.flat()), kind, shapes) === thing.what;
    verdict.push(['colour', isThere], ['shape', isShape], ['colour and shape', isThere && isShape]);
    const anywhere = blobsOf(maskOf(cells, thing, light, { ...boxOf(facts, index), left: 0, right: 1 }));
    if (kind !== 'close' && thing.count === 1 && (kind !== 'still' || objects.length === 2)) {
      const x = anywhere.length === 0 ? Number.NaN : centreOf(anywhere);
      const place = x < 0.42 ? 'left' : x > 0.58 ? 'right' : 'center';
      verdict.push([
        'position',
        !Number.isNaN(x) && (objects.length === 2 ? x < 0.5 === (thing.place === 'left') : place === thing.place),
      ]);
    }
    if (objects.length === 1 && ['tree', 'pine', 'flower', 'apple', 'pear', 'orange'].includes(thing.what))
      verdict.push(['count', anywhere.length === thing.count]);
  }
}

/** Rain falls slantwise, snow lies in dots: what is brighter than around it, compared with itself moved along the slant. */
function slantOf({ width, height, rgb }) {
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = 0.3 * rgb[3 * i] + 0.59 * rgb[3 * i + 1] + 0.11 * rgb[3 * i + 2];
  const bright = new Float32Array(width * height);
  for (let y = 4; y < height - 4; y++)
    for (let x = 4; x < width - 4; x++) {
      let sum = 0;
      for (let dy = -4; dy <= 4; dy += 2) for (let dx = -4; dx <= 4; dx += 2) sum += grey[(y + dy) * width + x + dx];
      bright[y * width + x] = Math.min(Math.max(grey[y * width + x] - sum / 25, 0), 40);
    }
  let [itself, along, across] = [1e-6, 0, 0];
  for (let y = 6; y < height - 6; y++)
    for (let x = 6; x < width - 6; x++) {
      const here = bright[y * width + x];
      itself += here * here;
      along += here * bright[(y + 4) * width + x - 1];
      across += here * bright[(y + 4) * width + x + 2];
    }
  return (along - across) / itself;
}

/** Above this it rains; between the renderer's rain and its snow. */
const RAIN_SLANT = 0.1;
/** Share of the upper sky that is as bright as clouds, when there are some. */
const CLOUDED = 0.04;

function judgeSky(picture, facts, verdict) {
  const top = middle(picture, 0, 0.01, 1, 0.06);
  const names = { ...SKY, 'grey day': GREY.day, 'grey sunset': GREY.sunset, 'grey night': GREY.night };
  const sky = nearest(top, names);
  verdict.push(['time', sky.endsWith(facts.time)]);
  let weather;
  if (sky.startsWith('grey')) weather = slantOf(picture) > RAIN_SLANT ? 'rain' : 'snow';
  else {
    const cells = halve(picture);
    const rows = Math.floor(0.28 * SIDE);
    let hits = 0;
    for (let i = 0; i < rows * SIDE; i++)
      if (distance([cells[3 * i], cells[3 * i + 1], cells[3 * i + 2]], CLOUD[facts.time]) < 50) hits++;
    weather = hits > CLOUDED * rows * SIDE ? 'cloudy' : 'clear';
  }
  verdict.push(['weather', weather === facts.weather]);
}

/** The mouth: where it is much redder and darker than the skin around it; cheeks are redder only. */
function moodOf({ width, height, rgb }) {
  const box = { left: 0.39, right: 0.61, top: 0.59, bottom: 0.74 };
  const skin = middle({ width, height, rgb }, box.left, box.top, box.right, box.bottom);
  const found = [];
  let most = 0;
  for (let y = Math.floor(box.top * height); y < box.bottom * height; y++)
    for (let x = Math.floor(box.left * width); x < box.right * width; x++) {
      // The chin is round: corners of the box may show what is behind the head.
      if (Math.hypot((x / width - 0.5) / 0.125, (y / height - 0.655) / 0.09) > 1) continue;
      const at = (y * width + x) * 3;
      const depth = rgb[at] - rgb[at + 1] - (skin[0] - skin[1]) + (skin[1] - rgb[at + 1]);
      found.push([x, y, depth]);
      most = Math.max(most, depth);
    }
  const mouth = found.filter(([, , depth]) => depth > most * 0.55);
  if (most < 15) return 'none';
  const xs = mouth.map(([x]) => x);
  const ys = mouth.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs) + 1];
  const tall = Math.max(...ys) + 1 - Math.min(...ys);
  if ((right - left) / tall < 1.6) return 'surprised';
  const mean = (points) => points.reduce((sum, [, y]) => sum + y, 0) / Math.max(points.length, 1);
  const third = (right - left) / 3;
  const inner = mouth.filter(([x]) => x >= left + third && x < right - third);
  const outer = mouth.filter(([x]) => x < left + third || x >= right - third);
  return mean(outer) < mean(inner) ? 'smiling' : 'sad';
}

function judgeFace(picture, facts, verdict) {
  verdict.push(['mood', moodOf(picture) === facts.mood]);
  if (facts.hat === null) verdict.push(['hair', nearest(middle(picture, 0.44, 0.24, 0.56, 0.3), HAIR) === facts.hair]);
  else verdict.push(['hat', nearest(middle(picture, 0.44, 0.2, 0.56, 0.26), COLORS) === facts.hat]);
  verdict.push(['shirt', nearest(middle(picture, 0.3, 0.9, 0.7, 0.98), COLORS) === facts.shirt]);
}

/**
 * What holds of a prompt's facts in a picture.
 *
 * @param {Picture} picture
 * @param {Facts} facts
 * @param {Record<string, Shape[]>} shapes by kind/subject
 * @returns {[string, boolean][]} a name and a verdict for each fact the rules know; a name may stand there twice
 */
export function judge(picture, facts, shapes) {
  const verdict = [];
  if (facts.objects.length > 0) judgeThings(halve(picture), facts, shapes, verdict);
  if (facts.time !== undefined) judgeSky(picture, facts, verdict);
  if (facts.ground !== undefined) {
    const palette = Object.fromEntries(
      Object.entries(GROUND).map(([name, color]) => [name, lit(color, lightOf(facts))]),
    );
    verdict.push(['ground', nearest(middle(picture, 0, 0.94, 1, 1), palette) === facts.ground]);
  }
  if (facts.back !== undefined && facts.objects[0]?.what !== 'fish') {
    const palette = Object.fromEntries(Object.entries(COLORS).map(([name, color]) => [name, lighter(color, 1.2)]));
    verdict.push(['backdrop', nearest(middle(picture, 0, 0, 1, 0.06), palette) === facts.back]);
  }
  if (facts.kind === 'face') judgeFace(picture, facts, verdict);
  return verdict;
}
