/** Asks what is to be merged and how, then shows how far it is. */
import { MERGE_METHODS, MERGE_WEIGHT, type MergeMethod } from '@easel/shared/model-work';
import { useState } from 'react';

import { SelectField } from '../../components/select-field.tsx';
import { Sheet } from '../../components/sheet.tsx';
import { SliderField } from '../../components/slider-field.tsx';
import { useWords } from './use-words.ts';
import { useWork } from './use-work.ts';
import { OutputFields, outputOf, PLAIN_OUTPUT, useFieldError, WorkForm } from './work-fields.tsx';
import { WorkProgress } from './work-progress.tsx';

import type { ModelView } from '@easel/shared/http/models';

interface MergeDialogProps {
  models: readonly ModelView[];
  /** Id of the model it begins with; null = none yet. */
  first: string | null;
  isOpen: boolean;
  onClose: () => void;
  onShow: (id: string) => void;
}

/** Stands for no model in the list of choices; an id is never this. */
const NONE = ':none';
const METHOD_WORDS = { 'weighted-sum': 'weightedSum', 'add-difference': 'addDifference' } as const;
const PLACES = ['first', 'second', 'third'] as const;
const USUAL_MAXIMUM = 1;

export function MergeDialog({ models, first, isOpen, onClose, onShow }: MergeDialogProps) {
  const { m } = useWords();
  const work = useWork();
  const [method, setMethod] = useState<MergeMethod>('weighted-sum');
  const [chosen, setChosen] = useState([first ?? NONE, NONE, NONE]);
  const [weights, setWeights] = useState([0.5, 0.25]);
  const [output, setOutput] = useState({ ...PLAIN_OUTPUT, output: 'merged' });
  const errorOf = useFieldError(work.refusal);

  const isDifference = method === 'add-difference';
  const names = chosen.filter((id) => id !== NONE);
  const wanted = isDifference ? 1 : Math.max(1, names.length - 1);
  const isReady =
    chosen[0] !== NONE && chosen[1] !== NONE && (!isDifference || chosen[2] !== NONE) && output.output.trim() !== '';
  const start = (): void => {
    if (!isReady) return;
    void work.start({ type: 'merge', method, models: names, weights: weights.slice(0, wanted), ...outputOf(output) });
  };
  const set = <T,>(values: readonly T[], at: number, value: T): T[] =>
    values.map((each, index) => (index === at ? value : each));
  const usable = models.filter((model) => model.kind === 'checkpoint' && model.isUsable);

  return (
    <Sheet isOpen={isOpen} title={m('work.mergeTitle')} closeLabel={m('work.close')} onClose={onClose}>
      {work.isStarted ? (
        <WorkProgress
          work={work}
          onShow={(name) => {
            onClose();
            onShow(name);
          }}
        />
      ) : (
        <WorkForm
          refusal={work.refusal}
          ownErrors={['output']}
          startLabel={m('work.startMerge')}
          isReady={isReady}
          onStart={start}
        >
          <SelectField
            id="merge-method"
            name={m('work.method')}
            value={method}
            choices={MERGE_METHODS.map((value) => ({
              value,
              label: m(`work.${METHOD_WORDS[value]}`),
              summary: m(`work.${METHOD_WORDS[value]}Help`),
            }))}
            placeholder=""
            onChange={(value) => setMethod(value as MergeMethod)}
          />
          {PLACES.map((place, at) => (
            <SelectField
              key={place}
              id={`merge-${place}`}
              name={m(isDifference && place === 'third' ? 'work.less' : `work.${place}`)}
              value={chosen[at] === NONE && !(place === 'third' && !isDifference) ? null : (chosen[at] ?? NONE)}
              choices={[
                ...(place === 'third' && !isDifference ? [{ value: NONE, label: m('work.none') }] : []),
                ...usable.map((model) => ({
                  value: model.id,
                  label: model.name,
                  summary: model.familyLabel ?? undefined,
                })),
              ]}
              placeholder={m('work.chooseModel')}
              onChange={(id) => setChosen((before) => set(before, at, id))}
            />
          ))}
          {weights.slice(0, wanted).map((weight, at) => (
            <SliderField
              // Weights are told apart by their places alone.
              key={PLACES[at + 1]}
              id={`merge-weight-${at}`}
              name={m(wanted === 1 ? 'work.weight' : at === 0 ? 'work.weightSecond' : 'work.weightThird')}
              value={weight}
              limit={{ ...MERGE_WEIGHT, minimum: isDifference ? MERGE_WEIGHT.minimum : 0 }}
              usualMaximum={USUAL_MAXIMUM}
              step={0.05}
              onChange={(value) => setWeights((before) => set(before, at, value))}
            />
          ))}
          <OutputFields
            values={output}
            models={models}
            error={errorOf('output')}
            onChange={setOutput}
            onEnter={start}
          />
        </WorkForm>
      )}
    </Sheet>
  );
}
