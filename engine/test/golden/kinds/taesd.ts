/** The tiny autoencoder both ways, from files in either layout. */
import { openTinyVae, type TinyVae } from '../../../src/families/tiny-vae.ts';
import { startSession } from '../../../src/runtime/session.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, type Check } from '../compare.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly do: 'encode' | 'decode';
  readonly input: string;
}

async function checkCall(golden: GoldenCase, { name, do: half, input }: Call, tiny: TinyVae): Promise<Check> {
  const x = golden.input(input);
  const made = half === 'encode' ? await tiny.encode(x) : await tiny.decode(x);
  return checkOf(name, [compare(name, made, golden.stored(name), golden.bound)]);
}

export const taesd: Kind = {
  run: 'taesd',
  check: async (golden) => {
    const { calls } = golden.json as unknown as { calls: readonly Call[] };
    const files = Object.keys(golden.json.models ?? {}).map((label) => golden.checkpoint(label));
    const tiny = await openTinyVae(files, { startSession });
    try {
      const checks: Check[] = [];
      for (const call of calls) checks.push(await checkCall(golden, call, tiny));
      return checks;
    } finally {
      await tiny.release();
    }
  },
};
