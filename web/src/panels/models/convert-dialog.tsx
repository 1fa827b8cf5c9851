/** Asks how a model is to be converted, then shows how far it is. */
import {
  BAKED_WEIGHT,
  EMA_CHOICES,
  MODEL_FORMS,
  MODEL_PARTS,
  type EmaChoice,
  type ModelForm,
  type ModelPart,
} from '@easel/shared/model-work';
import { useState } from 'react';

import { SelectField } from '../../components/select-field.tsx';
import { Sheet } from '../../components/sheet.tsx';
import { SliderField } from '../../components/slider-field.tsx';
import { useWords } from './use-words.ts';
import { useWork } from './use-work.ts';
import { OutputFields, outputOf, PLAIN_OUTPUT, useFieldError, WorkForm } from './work-fields.tsx';
import { WorkProgress } from './work-progress.tsx';

import type { ModelView } from '@easel/shared/http/models';

interface ConvertDialogProps {
  model: ModelView;
  models: readonly ModelView[];
  isOpen: boolean;
  onClose: () => void;
  onShow: (id: string) => void;
}

const FORM_WORDS = { 'single-file': 'formSingle', diffusers: 'formDiffusers' } as const;
const PART_WORDS = { all: 'partAll', vae: 'partVae' } as const;
const NO_LORA = 'none';
/** Beyond it a LoRA tears the picture. */
const USUAL_WEIGHT = 2;
const EMA_WORDS = { keep: 'emaKeep', drop: 'emaDrop', use: 'emaUse' } as const;

const nameFor = (model: ModelView): string =>
  `${model.fileName.replace(/\.(safetensors|ckpt|pth?|bin)$/i, '')} converted`;

export function ConvertDialog({ model, models, isOpen, onClose, onShow }: ConvertDialogProps) {
  const { m } = useWords();
  const work = useWork();
  const [output, setOutput] = useState({ ...PLAIN_OUTPUT, output: nameFor(model) });
  const [form, setForm] = useState<ModelForm>('single-file');
  const [part, setPart] = useState<ModelPart>('all');
  const [ema, setEma] = useState<EmaChoice>('keep');
  const [lora, setLora] = useState<string | null>(null);
  const [weight, setWeight] = useState(1);
  const errorOf = useFieldError(work.refusal);
  const isWhole = part === 'all';
  // What a LoRA changes is written into a single file.
  const loras =
    isWhole && form === 'single-file' ? models.filter(({ kind, isAvailable }) => kind === 'lora' && isAvailable) : [];
  const isReady = output.output.trim() !== '';
  const start = (): void => {
    if (!isReady) return;
    const values = isWhole ? output : { ...output, vae: null };
    void work.start({
      type: 'convert',
      model: model.id,
      part,
      form: isWhole ? form : 'single-file',
      ema: isWhole ? ema : 'keep',
      ...(lora === null || loras.length === 0 ? {} : { loras: [{ model: lora, weight }] }),
      ...outputOf(values),
    });
  };
  return (
    <Sheet
      isOpen={isOpen}
      title={m('work.convertTitle', { name: model.name })}
      closeLabel={m('work.close')}
      onClose={onClose}
    >
      {work.isStarted ? (
        <WorkProgress
          work={work}
          onShow={(name) => {
            onClose();
            // A VAE's id says what it is.
            onShow(isWhole ? name : `vae:${name}`);
          }}
        />
      ) : (
        <WorkForm
          refusal={work.refusal}
          ownErrors={['output']}
          startLabel={m('work.startConvert')}
          isReady={isReady}
          onStart={start}
        >
          <div className="grid grid-cols-2 gap-3 phone:grid-cols-1">
            <SelectField
              id="work-part"
              name={m('work.part')}
              value={part}
              choices={MODEL_PARTS.map((value) => ({ value, label: m(`work.${PART_WORDS[value]}`) }))}
              placeholder=""
              onChange={(value) => setPart(value as ModelPart)}
            />
            {isWhole && (
              <SelectField
                id="work-form"
                name={m('work.form')}
                value={form}
                choices={MODEL_FORMS.map((value) => ({ value, label: m(`work.${FORM_WORDS[value]}`) }))}
                placeholder=""
                onChange={(value) => setForm(value as ModelForm)}
              />
            )}
            {isWhole && (
              <SelectField
                id="work-ema"
                name={m('work.ema')}
                value={ema}
                choices={EMA_CHOICES.map((value) => ({ value, label: m(`work.${EMA_WORDS[value]}`) }))}
                placeholder=""
                onChange={(value) => setEma(value as EmaChoice)}
              />
            )}
          </div>
          {loras.length > 0 && (
            <SelectField
              id="work-lora"
              name={m('work.lora')}
              value={lora ?? NO_LORA}
              choices={[
                { value: NO_LORA, label: m('work.none') },
                ...loras.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              placeholder=""
              onChange={(value) => setLora(value === NO_LORA ? null : value)}
            />
          )}
          {loras.length > 0 && lora !== null && (
            <SliderField
              id="work-lora-weight"
              name={m('work.weight')}
              value={weight}
              limit={{ ...BAKED_WEIGHT, minimum: -USUAL_WEIGHT }}
              usualMaximum={USUAL_WEIGHT}
              step={0.05}
              onChange={setWeight}
            />
          )}
          <OutputFields
            values={output}
            models={models}
            error={errorOf('output')}
            hasVae={isWhole}
            onChange={setOutput}
            onEnter={start}
          />
        </WorkForm>
      )}
    </Sheet>
  );
}
