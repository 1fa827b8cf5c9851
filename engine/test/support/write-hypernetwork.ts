/** A hypernetwork as the WebUI saves it: a .pt with a pair of state dictionaries for each width, and its notes beside them. */
import { writeFileSync } from 'node:fs';

import { formulaValues, type Manifest } from './formula-weights.ts';
import type { Picklable } from './write-pickle.ts';
import { torchZip, type TorchTensor } from './write-torch.ts';

/** @param manifest rows named `768.0.linear.0.weight`, of F32 */
export function writeHypernetwork(
  { tensors }: Pick<Manifest, 'tensors'>,
  notes: Readonly<Record<string, Picklable>>,
  file: string,
): void {
  const stored = new Map(
    tensors.map(([name, , shape, mean, scale]): [string, TorchTensor] => [
      name,
      { type: 'Float', shape, bytes: new Uint8Array(formulaValues(name, shape, mean, scale).buffer) },
    ]),
  );
  const wrap = (dictionary: Map<Picklable, Picklable>): Picklable => {
    const widths = new Map<Picklable, Map<Picklable, Picklable>[]>();
    for (const [name, value] of dictionary) {
      const [width = '', part = '', ...rest] = (name as string).split('.');
      const pair = widths.get(Number(width)) ?? [new Map(), new Map()];
      widths.set(Number(width), pair);
      pair[Number(part)]?.set(rest.join('.'), value);
    }
    return new Map<Picklable, Picklable>([...widths, ...Object.entries(notes)]);
  };
  writeFileSync(file, torchZip(stored, { wrap }));
}
