/** The whole form but the prompt: everything a picture can be asked to be. */
import { Grid3x3, Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { Button } from '../../components/button.tsx';
import { FieldsSkeleton } from '../../components/fields-skeleton.tsx';
import { withoutChanges } from '../../lib/form.ts';
import { openGrid } from '../../state/view.ts';
import { FineTuning } from './fine-tuning.tsx';
import { ModelField } from './model-field.tsx';
import { NegativePromptField } from './negative-prompt-field.tsx';
import { commonOf, OptionList } from './option-list.tsx';
import { SamplingFields } from './sampling-fields.tsx';
import { CountField, SeedField } from './seed-fields.tsx';
import { SizeField } from './size-field.tsx';
import { useParameters } from './use-parameters.ts';

import type { ReactNode } from 'react';

interface ParametersPanelProps {
  /** Stands below the model: what is used with it. */
  beside?: ReactNode;
}

export function ParametersPanel({ beside }: ParametersPanelProps) {
  const { t } = useTranslation();
  const parameters = useParameters();
  const { form, model, models, catalogue, update } = parameters;
  const isChanged = Object.keys(form.changes).length > 0 || Object.keys(form.options).length > 0;
  // With one model there is nothing to refine with.
  const hasRefiners =
    (models?.models ?? []).filter((each) => each.isUsable).length > 1 || form.options.refiner !== undefined;
  if (!models || !catalogue) return <FieldsSkeleton />;
  return (
    <div className="flex flex-col gap-4 p-4 pt-2">
      <ModelField {...parameters} />
      {hasRefiners && <OptionList {...parameters} isWanted={commonOf('refiner')} />}
      {beside}
      <NegativePromptField {...parameters} />
      {model?.defaults && (
        <>
          <SizeField {...parameters} />
          <OptionList {...parameters} isWanted={commonOf('picture')} />
          <SamplingFields {...parameters} />
        </>
      )}
      <SeedField {...parameters} />
      <CountField {...parameters} />
      {model?.defaults && <FineTuning {...parameters} />}
      <Button icon={<Grid3x3 size={14} />} className="self-start" onClick={() => openGrid('')}>
        {t('parameters.grid')}
      </Button>
      {isChanged && model?.defaults && (
        <Button
          look="quiet"
          icon={<Undo2 size={14} />}
          className="self-start"
          onClick={() => update((values) => ({ ...withoutChanges(values), options: {} }))}
        >
          {t('parameters.resetAll')}
        </Button>
      )}
    </div>
  );
}
