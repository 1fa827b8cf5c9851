/** Adds the tensors of one safetensors file to another: for the few that no formula gives. */
import { readFileSync, writeFileSync } from 'node:fs';

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

function read(path: string): { header: Header; data: Buffer } {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  return { header: JSON.parse(file.toString('utf8', 8, 8 + length)) as Header, data: file.subarray(8 + length) };
}

export function appendTensors(path: string, literal: string): void {
  const [base, added] = [read(path), read(literal)];
  const header: Header = { ...base.header };
  for (const [name, entry] of Object.entries(added.header)) {
    if (name === '__metadata__') continue;
    const [from, to] = entry.data_offsets;
    header[name] = { ...entry, data_offsets: [from + base.data.length, to + base.data.length] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, base.data, added.data]));
}
