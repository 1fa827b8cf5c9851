/** A LoRA in use: switch, weight, the text encoder's own weight, trigger words, and the numbers a distilled one wants. */
import { Switch } from '@base-ui/react/switch';
import { listLoras, removeLora, switchLora, weighLora, type LoraUse } from '@easel/shared/prompt/network-edits';
import { SlidersVertical } from 'lucide-react';
import { useState } from 'react';

import { modelPreviewUrl } from '../../api/models.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { DistilledButton } from './distilled-button.tsx';
import { findLora, type NetworkFile } from './library.ts';
import { TriggerWords } from './trigger-words.tsx';
import { UseFrame } from './use-frame.tsx';
import { misfitText, networkFacts, useNetworkWords, type NetworkWords } from '../../lib/network-words.ts';
import { WeightField } from './weight-field.tsx';

import type { Networks } from './use-networks.ts';

interface LoraRowProps extends Networks {
  use: LoraUse;
  /** Among those of the prompt. */
  index: number;
}

export function LoraRow({ use, index, library, edit }: LoraRowProps) {
  const { n, unusable } = useNetworkWords();
  const { name, unetWeight, textWeight, isOn } = use;
  const file = library && findLora(library, name);
  const hasOwnText = textWeight !== unetWeight;
  const [isMore, setIsMore] = useState(hasOwnText);
  const network = file?.model.network ?? null;
  const hasText = network === null || network.parts.some((part) => part !== 'unet');
  const facts = [...(network === null ? [] : networkFacts(network, n)), ...(isOn ? [] : [n('use.off')])];
  // What is written may have moved since this was drawn: the tag is the one of this name at this place in the row.
  const change = (write: (text: string, now: LoraUse) => string): void =>
    edit((text) => {
      const now = listLoras(text)[index];
      return now?.name === name ? write(text, now) : text;
    });
  return (
    <UseFrame
      name={name}
      picture={pictureOf(file)}
      facts={facts}
      isOn={isOn}
      warning={isOn && library !== undefined ? warningOf(file, n, unusable(file?.model.reason ?? null)) : null}
      onRemove={() => change(removeLora)}
      controls={
        <>
          {hasText && (
            <IconButton
              look="small"
              label={n('use.more', { name })}
              icon={<SlidersVertical size={14} />}
              aria-expanded={isMore}
              onClick={() => setIsMore(!isMore)}
            />
          )}
          <Switch.Root
            checked={isOn}
            onCheckedChange={(next) => change((text, now) => switchLora(text, now, next))}
            aria-label={n('use.on', { name })}
            className="relative flex h-5 w-9 shrink-0 items-center rounded-full border border-edge bg-line px-0.5 transition-colors before:absolute before:-inset-3 before:content-[''] data-checked:border-accent data-checked:bg-accent"
          >
            <Switch.Thumb className="size-3.5 rounded-full bg-raised shadow-low transition-transform data-checked:translate-x-4" />
          </Switch.Root>
        </>
      }
    >
      {isOn && (
        <>
          <WeightField
            id={`lora-${index}-weight`}
            name={n('use.weight', { name })}
            value={unetWeight}
            onChange={(weight) => change((text, now) => weighLora(text, now, weight, hasOwnText ? textWeight : weight))}
          />
          {isMore && hasText && (
            <WeightField
              id={`lora-${index}-text`}
              name={n('use.textWeightOf', { name })}
              caption={n('use.textWeight')}
              value={textWeight}
              onChange={(weight) => change((text, now) => weighLora(text, now, unetWeight, weight))}
            />
          )}
          <TriggerWords words={file?.triggerWords ?? []} edit={edit} />
          {network?.sampling && <DistilledButton sampling={network.sampling} />}
        </>
      )}
    </UseFrame>
  );
}

const pictureOf = (file: NetworkFile | undefined): string | null =>
  file === undefined || file.model.preview === null ? null : modelPreviewUrl(file.model.id, file.model.preview);

function warningOf(file: NetworkFile | undefined, n: NetworkWords, broken: string | null): string | null {
  if (file === undefined) return n('use.missing');
  if (file.misfit !== null) return n('use.refused', { reason: misfitText(file.misfit, n) });
  return broken === null ? null : n('use.unusable', { reason: broken });
}
