/**
 * numpy's SeedSequence: from one seed and a path of integers to well mixed 32-bit seeds. Brownian trees seed their
 * nodes with it.
 *
 * @source O'Neill's seed_seq design as numpy has it (numpy.random.SeedSequence); agrees word for word.
 */

const INIT_A = 0x43b0d7e5;
const MULTIPLY_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULTIPLY_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;
const WORD = 2 ** 32;

/** A non-negative integer as 32-bit words, lowest first; 0 is one word. */
function wordsOf(value: number): number[] {
  const words: number[] = [];
  let rest = value;
  do {
    words.push(rest % WORD);
    rest = Math.floor(rest / WORD);
  } while (rest > 0);
  return words;
}

/**
 * `SeedSequence(entropy, spawn_key=spawnKey, pool_size=poolSize).generate_state(count)`.
 *
 * @param entropy seed, 0 .. 2^53
 * @param spawnKey path from the root; empty = the root itself
 */
export function seedState(entropy: number, spawnKey: readonly number[], poolSize: number, count: number): Uint32Array {
  const run = wordsOf(entropy);
  // With a path the seed is padded to the pool, so that (seed, path) never equals (longer seed, shorter path).
  while (spawnKey.length > 0 && run.length < poolSize) run.push(0);
  const words = [...run, ...spawnKey.flatMap(wordsOf)];

  const pool = new Uint32Array(poolSize);
  let multiplier = INIT_A;
  const hash = (value: number): number => {
    let mixed = value ^ multiplier;
    multiplier = Math.imul(multiplier, MULTIPLY_A);
    mixed = Math.imul(mixed, multiplier);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const mix = (x: number, y: number): number => {
    const mixed = (Math.imul(MIX_LEFT, x) - Math.imul(MIX_RIGHT, y)) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  for (let i = 0; i < poolSize; i++) pool[i] = hash(words[i] ?? 0);
  for (let from = 0; from < poolSize; from++) {
    for (let to = 0; to < poolSize; to++) {
      if (from !== to) pool[to] = mix(pool[to] as number, hash(pool[from] as number));
    }
  }
  for (const word of words.slice(poolSize)) {
    for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to] as number, hash(word));
  }

  let outMultiplier = INIT_B;
  return Uint32Array.from({ length: count }, (_, i) => {
    let value = (pool[i % poolSize] as number) ^ outMultiplier;
    outMultiplier = Math.imul(outMultiplier, MULTIPLY_B);
    value = Math.imul(value, outMultiplier);
    return (value ^ (value >>> 16)) >>> 0;
  });
}
