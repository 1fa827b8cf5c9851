/** The rules tell painted pictures apart: each fact is seen where it holds and missed where it does not. */
import { describe, expect, it } from 'vitest';

import { isAmbiguous, judge, shapeOf } from './demo-rules.mjs';

const SIDE = 128;
const DAY = { top: [70, 158, 232], ground: [78, 152, 72] };
const RED = [219, 48, 45];

/** Sky above, ground below, and boxes of colour, in shares of the sides. */
function painted({ top, ground }, boxes = []) {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  const fill = (color, left, from, right, to) => {
    for (let y = Math.round(from * SIDE); y < to * SIDE; y++)
      for (let x = Math.round(left * SIDE); x < right * SIDE; x++) rgb.set(color, (y * SIDE + x) * 3);
  };
  fill(top, 0, 0, 1, 0.6);
  fill(ground, 0, 0.6, 1, 1);
  for (const [color, ...box] of boxes) fill(color, ...box);
  return { width: SIDE, height: SIDE, rgb };
}

const scene = (thing, more = {}) => ({
  kind: 'land',
  time: 'day',
  weather: 'clear',
  ground: 'green',
  objects: [{ what: 'house', color: 'red', place: 'left', count: 1, ...thing }],
  ...more,
});
const house = [RED, 0.15, 0.5, 0.35, 0.75];
/** A tall one beside it is told apart by its proportions. */
const shapes = {
  'land/house': [shapeOf(painted(DAY, [house]), scene({}))],
  'land/castle': [shapeOf(painted(DAY, [[RED, 0.4, 0.3, 0.5, 0.9]]), scene({ place: 'center' }))],
};
const verdictOf = (picture, facts) => {
  const found = {};
  for (const [fact, isRight] of judge(picture, facts, shapes)) (found[fact] ??= []).push(isRight);
  return found;
};

describe('the rules of the demo check', () => {
  it('see a thing of its colour and shape in its place, by day, on its ground', () => {
    expect(verdictOf(painted(DAY, [house]), scene({}))).toEqual({
      colour: [true],
      shape: [true],
      'colour and shape': [true],
      position: [true],
      time: [true],
      weather: [true],
      ground: [true],
    });
  });

  it('miss another colour, another shape and another place', () => {
    const blue = [[48, 105, 215], ...house.slice(1)];
    expect(verdictOf(painted(DAY, [blue]), scene({})).colour).toEqual([false]);
    const tall = [RED, 0.2, 0.3, 0.3, 0.9];
    expect(verdictOf(painted(DAY, [tall]), scene({}))).toMatchObject({ colour: [true], shape: [false] });
    expect(verdictOf(painted(DAY, [house]), scene({ place: 'right' })).position).toEqual([false]);
  });

  it('count blobs of one colour', () => {
    const three = [0.1, 0.4, 0.7].map((left) => [RED, left, 0.5, left + 0.15, 0.8]);
    const trees = (count) => verdictOf(painted(DAY, three), scene({ what: 'tree', count, place: 'center' })).count;
    shapes['land/tree'] = shapes['land/house'];
    expect(trees(3)).toEqual([true]);
    expect(trees(2)).toEqual([false]);
  });

  it('tell day, night and bad weather by the sky', () => {
    const night = painted({ top: [12, 17, 48], ground: [48, 100, 60] }, [house]);
    expect(verdictOf(night, scene({}, { time: 'night' })).time).toEqual([true]);
    expect(verdictOf(night, scene({})).time).toEqual([false]);
    const grey = painted({ ...DAY, top: [142, 158, 174] }, [house]);
    expect(verdictOf(grey, scene({})).weather).toEqual([false]);
    expect(verdictOf(grey, scene({}, { weather: 'snow' })).weather).toEqual([true]);
  });

  it('tell a smile from a sad mouth by its corners', () => {
    const skin = { top: [242, 196, 158], ground: [242, 196, 158] };
    const mouth = (dy) =>
      painted(
        skin,
        [0.42, 0.46, 0.5, 0.54].map((left, i) => [
          [176, 48, 62],
          left,
          0.65 + (i % 3 === 0 ? -dy : dy),
          left + 0.04,
          0.68 + (i % 3 === 0 ? -dy : dy),
        ]),
      );
    const face = (mood) => ({ kind: 'face', objects: [], mood, hair: 'black', shirt: 'red', long: true, hat: null });
    expect(verdictOf(mouth(0.015), face('smiling')).mood).toEqual([true]);
    expect(verdictOf(mouth(-0.015), face('smiling')).mood).toEqual([false]);
    expect(verdictOf(mouth(-0.015), face('sad')).mood).toEqual([true]);
  });

  it('call a thing ambiguous whose colour lies behind it', () => {
    expect(isAmbiguous(painted(DAY), scene({}))).toBe(false);
    expect(isAmbiguous(painted({ ...DAY, ground: RED }), scene({}))).toBe(true);
  });
});
