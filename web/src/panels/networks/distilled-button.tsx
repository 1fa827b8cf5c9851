/** Takes over what a LoRA that paints in few steps wants: sampler, schedule, steps and guidance in one click. */
import { Zap } from 'lucide-react';

import { useCatalogue, useModels } from '../../api/catalogue.ts';
import { Button } from '../../components/button.tsx';
import { wordsOf } from '../../lib/catalogue-words.ts';
import { modelOf, valuesOf, withChange } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { useNetworkWords } from '../../lib/network-words.ts';

import type { NetworkSampling } from '@easel/shared/networks';

const KEYS = ['steps', 'guidance', 'sampler', 'schedule'] as const;

export function DistilledButton({ sampling }: { sampling: NetworkSampling }) {
  const { n, language } = useNetworkWords();
  const form = useForm((state) => state.values);
  const update = useForm((state) => state.update);
  const models = useModels();
  const catalogue = useCatalogue();
  const model = models && modelOf(form, models);
  const values = valuesOf(form, model);
  const sampler = catalogue?.samplers.find(({ id }) => id === sampling.sampler);
  if (values === null || sampler === undefined) return null;
  const isSet = KEYS.every((key) => values[key] === sampling[key]);
  if (isSet) return null;
  const take = (): void =>
    update((before) => KEYS.reduce((after, key) => withChange(after, key, sampling[key], model?.defaults), before));
  return (
    <div className="flex flex-col gap-1">
      <Button icon={<Zap size={14} aria-hidden />} onClick={take} className="w-full whitespace-normal">
        {n('use.distilled', {
          steps: sampling.steps,
          sampler: wordsOf('sampler', sampler, language).label,
          guidance: sampling.guidance,
        })}
      </Button>
      <p className="text-2xs text-faint">{n('use.distilledWhy', { evidence: sampling.evidence })}</p>
    </div>
  );
}
