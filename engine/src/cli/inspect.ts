/** `easel inspect`: what a file is, by which evidence, and what is in it. */
import { basename, extname } from 'node:path';

import type { NetworkView } from '@easel/shared/networks';

import { openCheckpoint } from '../checkpoint/open.ts';
import type { CheckpointHeader } from '../checkpoint/header.ts';
import { FILE_DTYPE_BYTES } from '../checkpoint/tensor-entry.ts';
import { recogniseKind } from '../families/file-kind.ts';
import { inspectNetwork } from '../families/inspect-network.ts';
import { recogniseCheckpoint } from '../families/recognise.ts';
import { hashFile, type FileHashes } from './file-hashes.ts';

interface Share {
  readonly name: string;
  readonly tensors: number;
  readonly numbers: number;
  readonly bytes: number;
}

export interface Inspection {
  readonly file: string;
  readonly format: 'safetensors' | 'torch' | 'diffusers folder';
  readonly sizeBytes: number;
  /** What it is: the label of its family, of its kind, or that it is unknown. */
  readonly kind: string;
  readonly family: string | null;
  /** Findings, each with what it was read from. */
  readonly findings: readonly { readonly about: string; readonly value: string; readonly evidence: string }[];
  readonly dtypes: readonly Share[];
  readonly networks: readonly Share[];
  readonly metadata: readonly string[];
  /** null of a folder: nobody has agreed on what its hash is. */
  readonly hashes: FileHashes | null;
  /** What to do with a file that is no checkpoint. */
  readonly hint: string | null;
}

const NETWORKS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['averaged copies', /^(first_stage_model\.)?model_ema\./],
  ['U-Net', /^model\.diffusion_model\./],
  ['VAE', /^first_stage_model\./],
  ['text encoders', /^(cond_stage_model|conditioner)\./],
];

/** @throws model_gone | model_invalid | model_incomplete | pickle_unsafe */
export async function inspectFile(path: string): Promise<Inspection> {
  const header = await openCheckpoint(path);
  const isFolder = header.configs !== undefined;
  const isSafetensors = !isFolder && (header.dataStart ?? null) !== null;
  const checkpoint = await recogniseCheckpoint(path).catch(() => null);
  const other = checkpoint === null ? recogniseKind(header) : null;
  const network = checkpoint === null && other === null && !isFolder ? await readNetwork(path) : null;
  const findings: Inspection['findings'][number][] = [];
  if (checkpoint !== null) {
    const { family, prediction, zeroTerminalSnr } = checkpoint.detection;
    findings.push(
      { about: 'family', value: String(family.value), evidence: family.evidence },
      { about: 'predicts', value: prediction.value, evidence: prediction.evidence },
      { about: 'zero terminal SNR', value: zeroTerminalSnr.value ? 'yes' : 'no', evidence: zeroTerminalSnr.evidence },
    );
  } else if (other !== null) {
    findings.push({ about: 'kind', value: other.label, evidence: other.evidence });
    findings.push({
      about: 'line',
      value: other.line ?? 'unknown',
      evidence: other.line === null ? 'nothing shows it' : 'its name or shapes',
    });
  } else if (network !== null) {
    findings.push({ about: 'base', value: network.base ?? 'unknown', evidence: network.evidence });
  }
  return {
    file: header.file,
    format: isFolder ? 'diffusers folder' : isSafetensors ? 'safetensors' : 'torch',
    sizeBytes: header.fileBytes,
    kind: checkpoint?.family.label ?? other?.label ?? (network === null ? 'of no known kind' : labelOf(network)),
    family: checkpoint?.family.id ?? null,
    findings,
    dtypes: shares(header, ({ dtype }) => dtype),
    networks: shares(header, ({ name }) => NETWORKS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'others'),
    metadata: [...header.metadata.keys()],
    hashes: isFolder ? null : await hashFile(header.file, header.dataStart ?? null),
    hint: other?.hint ?? (network === null ? null : hintOn(network)),
  };
}

function hintOn({ vectors, inputChannels }: NetworkView): string {
  if (vectors !== null) return 'Put it into models/embeddings and write its name into the prompt.';
  if (inputChannels === undefined) return 'Put it into models/loras and write <lora:NAME:1> into the prompt.';
  return `It makes another model, whose U-Net takes ${inputChannels} channels: npm run easel -- convert MODEL NEW --lora FILE.`;
}

/** null for a file that is neither a LoRA of some kind nor surely an embedding: any small matrix could be one. */
async function readNetwork(path: string): Promise<NetworkView | null> {
  const lora = await inspectNetwork(path, 'lora').catch(() => null);
  if (lora !== null) return lora;
  const embedding = await inspectNetwork(path, 'embedding').catch(() => null);
  return embedding === null || embedding.base === null ? null : embedding;
}

function labelOf({ kind, ranks, parts, vectors }: NetworkView): string {
  if (vectors !== null) return `a textual inversion of ${vectors} vectors`;
  const rank =
    ranks === null ? '' : ` of rank ${ranks.least === ranks.most ? ranks.most : `${ranks.least} to ${ranks.most}`}`;
  return `a LoRA (${kind})${rank} for ${parts.join(', ')}`;
}

type Entry = CheckpointHeader['tensors'] extends ReadonlyMap<string, infer E> ? E : never;

function shares({ tensors }: CheckpointHeader, nameOf: (entry: Entry) => string): Share[] {
  const found = new Map<string, Share>();
  for (const entry of tensors.values()) {
    const name = nameOf(entry);
    const known = found.get(name) ?? { name, tensors: 0, numbers: 0, bytes: 0 };
    found.set(name, {
      name,
      tensors: known.tensors + 1,
      numbers: known.numbers + entry.byteLength / FILE_DTYPE_BYTES[entry.dtype],
      bytes: known.bytes + entry.byteLength,
    });
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes);
}

/** For people. */
export function describeInspection(inspection: Inspection): string {
  const { file, format, sizeBytes, kind, findings, dtypes, networks, metadata, hashes, hint } = inspection;
  const rows = (title: string, shown: readonly Share[]): string[] => [
    title,
    ...shown.map(
      ({ name, tensors, numbers, bytes }) =>
        `  ${name.padEnd(16)} ${String(tensors).padStart(6)} tensors ${String(numbers).padStart(14)} numbers ${sizeText(bytes).padStart(10)}`,
    ),
  ];
  const lines = [
    `${basename(file, extname(file))}: ${kind}`,
    `  ${format}, ${sizeText(sizeBytes)} (${sizeBytes} bytes)`,
    ...findings.map(({ about, value, evidence }) => `  ${about}: ${value} (${evidence})`),
    ...rows('numbers', dtypes),
    ...rows('networks', networks),
    `metadata: ${metadata.length === 0 ? 'none' : metadata.join(', ')}`,
  ];
  if (hashes !== null) {
    lines.push(`SHA-256: ${hashes.sha256}`);
    lines.push(`AutoV2: ${hashes.autoV2}   AutoV3: ${hashes.autoV3 ?? '-'}   short: ${hashes.short ?? '-'}`);
  }
  if (hint !== null) lines.push(hint);
  return lines.join('\n');
}

export function sizeText(bytes: number): string {
  const [unit, size] =
    bytes >= 1e9 ? (['GB', 1e9] as const) : bytes >= 1e6 ? (['MB', 1e6] as const) : (['kB', 1e3] as const);
  return `${(bytes / size).toFixed(2)} ${unit}`;
}
