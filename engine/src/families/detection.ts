/** Tells kinds of checkpoint from their headers: by what the metadata says, else by the names and a shape. */
import type { CheckpointHeader } from '../checkpoint/header.ts';
import { UNET_PREFIX } from './assemble.ts';
import type { Detection } from './types.ts';

/** What makes a checkpoint one of a kind. */
interface Marks {
  /** `modelspec.architecture` of such files. */
  readonly architecture: RegExp;
  /** Channels its U-Net takes. */
  readonly inputChannels: number;
  /** Beginnings of names that files of the kind have, each at least once. */
  readonly prefixes: readonly string[];
  /** Beginnings of names that they never have. */
  readonly foreign?: readonly string[];
  /** What those names are, after "it has". */
  readonly parts: string;
}

/** Whether any tensor's name begins so. */
function holds(header: CheckpointHeader, prefix: string): boolean {
  for (const name of header.tensors.keys()) if (name.startsWith(prefix)) return true;
  return false;
}

/** Channels that the U-Net takes; undefined where the header shows no such thing. */
function inputChannels(header: CheckpointHeader): number | undefined {
  const shape = header.tensors.get(`${UNET_PREFIX}input_blocks.0.0.weight`)?.shape;
  return shape?.length === 4 ? shape[1] : undefined;
}

/**
 * Declared by metadata, or by its names. Either way the U-Net must take so many channels: the metadata of
 * instruct-pix2pix and of many merges names the family they came from.
 *
 * @param plainChannels what a file whose U-Net cannot be found counts as; it is then refused with what it lacks
 */
export function detectBy(header: CheckpointHeader, marks: Marks, plainChannels = 4): Detection | null {
  if ((inputChannels(header) ?? plainChannels) !== marks.inputChannels) return null;
  const declared = header.metadata.get('modelspec.architecture');
  const channels = `takes ${marks.inputChannels} channels`;
  if (declared !== undefined) {
    // Another declared architecture is another kind, whatever the names look like.
    if (!marks.architecture.test(declared)) return null;
    const more = marks.inputChannels === plainChannels ? '' : ` and its U-Net ${channels}`;
    return { evidence: `modelspec.architecture says ${declared}${more}` };
  }
  if (!marks.prefixes.every((prefix) => holds(header, prefix))) return null;
  if (marks.foreign?.some((prefix) => holds(header, prefix)) === true) return null;
  return { evidence: `it has ${marks.parts} and a U-Net that ${channels}` };
}
