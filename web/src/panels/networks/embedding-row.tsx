/** An embedding whose word stands in a prompt. */
import { removeEmbedding, weighEmbedding } from '@easel/shared/prompt/network-edits';

import { modelPreviewUrl } from '../../api/models.ts';
import { TriggerWords } from './trigger-words.tsx';
import { UseFrame } from './use-frame.tsx';
import { misfitText, networkFacts, useNetworkWords } from '../../lib/network-words.ts';
import { WeightField } from './weight-field.tsx';

import type { EmbeddingUse } from './library.ts';
import type { Networks } from './use-networks.ts';

export function EmbeddingRow({ use, edit }: { use: EmbeddingUse; edit: Networks['edit'] }) {
  const { n, unusable } = useNetworkWords();
  const { file, weight, isNegative } = use;
  const { name, model, misfit } = file;
  const { network } = model;
  const facts = [
    ...(network === null ? [n('kind.textual-inversion')] : networkFacts(network, n)),
    ...(isNegative ? [n('use.negative')] : []),
  ];
  const problem = unusable(model.reason);
  return (
    <UseFrame
      name={name}
      picture={model.preview === null ? null : modelPreviewUrl(model.id, model.preview)}
      facts={facts}
      isOn
      warning={
        misfit !== null
          ? n('use.skipped', { reason: misfitText(misfit, n) })
          : problem === null
            ? null
            : n('use.unusable', { reason: problem })
      }
      onRemove={() => edit((text) => removeEmbedding(text, name), isNegative)}
    >
      <WeightField
        id={`embedding-${isNegative ? 'negative-' : ''}${model.id}`}
        name={n('use.weight', { name })}
        value={weight}
        minimum={0}
        onChange={(next) => edit((text) => weighEmbedding(text, name, next), isNegative)}
      />
      <TriggerWords words={file.triggerWords} edit={edit} />
    </UseFrame>
  );
}
