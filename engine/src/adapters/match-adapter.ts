/** Which layers of a checkpoint an adapter's file changes, and how. Reads no numbers. */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import type { AdapterFile, AdapterGroup } from './adapter-file.ts';
import { kindOf } from './kinds/index.ts';
import type { Layer, LayerNames } from './layers.ts';
import type { AdapterKind } from './types.ts';

interface MatchedGroup {
  /** The module as the file spells it. */
  readonly stem: string;
  readonly group: AdapterGroup;
  readonly layer: Layer;
  /** null = only the layer's bias is changed. */
  readonly kind: AdapterKind | null;
}

export interface AdapterMatch {
  readonly matched: readonly MatchedGroup[];
  /** Modules of the file that this checkpoint does not have, or that make no change we know, as the file spells them. */
  readonly unknown: readonly string[];
}

/** @throws model_incompatible when it is for another kind of checkpoint */
export function matchAdapter(adapter: AdapterFile, names: LayerNames): AdapterMatch {
  const matched: MatchedGroup[] = [];
  const unknown: string[] = [];
  for (const [stem, group] of adapter.groups) {
    const layer = names.get(stem);
    const kind = kindOf(group.keys());
    if (layer === undefined || (kind === null && !group.has('biasDifference'))) unknown.push(stem);
    else matched.push({ stem, group, layer, kind });
  }
  if (![...adapter.groups.keys()].some((stem) => names.has(stem))) throw foreign(adapter);
  return { matched, unknown };
}

function foreign({ file, groups, header }: AdapterFile): CheckpointError {
  const base = header.metadata.get('ss_base_model_version') ?? header.metadata.get('modelspec.architecture');
  const [first] = groups.keys();
  return new CheckpointError(
    'model_incompatible',
    `${basename(file)} changes no layer of this model${base === undefined ? '' : `; it says it is for ${base}`}.`,
    {
      file,
      tensor: first,
      ...(base === undefined ? {} : { expected: base }),
      hint: 'Choose a checkpoint of its base.',
    },
  );
}
