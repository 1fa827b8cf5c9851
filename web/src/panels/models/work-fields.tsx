/** Fields that converting and merging share: the name of what is made, how numbers are written, whose VAE it gets. */
import { PRECISIONS, type Precision } from '@easel/shared/model-work';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { Button } from '../../components/button.tsx';
import { Field, errorIdOf } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { describeProblem } from '../../lib/problem.ts';
import { useWords } from './use-words.ts';

import type { ModelView } from '@easel/shared/http/models';
import type { ReactNode } from 'react';

export interface OutputValues {
  output: string;
  precision: Precision;
  /** null = its own. */
  vae: string | null;
  isOverwriting: boolean;
}

export const PLAIN_OUTPUT: OutputValues = { output: '', precision: 'keep', vae: null, isOverwriting: false };

/** As requests have them. */
export const outputOf = ({ output, precision, vae, isOverwriting }: OutputValues) => ({
  output: output.trim(),
  precision,
  overwrite: isOverwriting,
  ...(vae === null ? {} : { vae }),
});

const OWN = 'own';
const OUTPUT_ID = 'work-output';

interface OutputFieldsProps {
  values: OutputValues;
  models: readonly ModelView[];
  /** What the server said of the name. */
  error: string | undefined;
  hasVae?: boolean;
  onChange: (values: OutputValues) => void;
  onEnter: () => void;
}

export function OutputFields({ values, models, error, hasVae = true, onChange, onEnter }: OutputFieldsProps) {
  const { m } = useWords();
  const words = { keep: 'precisionKeep', fp32: 'fp32', fp16: 'fp16', bf16: 'bf16' } as const;
  const sources = models.filter((model) => model.kind === 'vae' || (model.kind === 'checkpoint' && model.isUsable));
  return (
    <>
      <Field id={OUTPUT_ID} name={m('work.output')} help={m('work.outputHelp')} error={error}>
        <input
          id={OUTPUT_ID}
          type="text"
          value={values.output}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : errorIdOf(OUTPUT_ID)}
          onChange={(event) => onChange({ ...values, output: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.nativeEvent.isComposing) onEnter();
          }}
          className="h-control rounded-md border border-edge bg-raised px-2.5 text-field hover:border-faint aria-invalid:border-danger"
        />
      </Field>
      <div className="grid grid-cols-2 gap-3 phone:grid-cols-1">
        <SelectField
          id="work-precision"
          name={m('work.precision')}
          value={values.precision}
          choices={PRECISIONS.map((value) => ({ value, label: m(`work.${words[value]}`) }))}
          placeholder=""
          onChange={(value) => onChange({ ...values, precision: value as Precision })}
        />
        {hasVae && (
          <SelectField
            id="work-vae"
            name={m('work.vae')}
            value={values.vae ?? OWN}
            choices={[
              { value: OWN, label: m('work.ownVae') },
              ...sources.map((model) => ({ value: model.id, label: model.name, summary: m(`kind.${model.kind}`) })),
            ]}
            placeholder=""
            onChange={(value) => onChange({ ...values, vae: value === OWN ? null : value })}
          />
        )}
      </div>
      {/* The input lies over its label, so that all of it is the target. */}
      <label className="relative flex min-h-control w-fit items-center gap-2 pr-2">
        <input
          type="checkbox"
          checked={values.isOverwriting}
          onChange={(event) => onChange({ ...values, isOverwriting: event.target.checked })}
          className="peer absolute inset-0 size-full cursor-pointer opacity-0"
        />
        <span
          aria-hidden
          className="grid size-4 place-items-center rounded-sm border border-edge bg-raised text-transparent peer-checked:border-accent peer-checked:bg-accent peer-checked:text-on-accent peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent phone:size-5"
        >
          <Check size={12} />
        </span>
        {m('work.overwrite')}
      </label>
    </>
  );
}

interface WorkFormProps {
  refusal: unknown;
  /** Fields that show their error themselves. */
  ownErrors: readonly string[];
  startLabel: string;
  isReady: boolean;
  onStart: () => void;
  children: ReactNode;
}

/** The form's frame: what was refused, and the one button. */
export function WorkForm({ refusal, ownErrors, startLabel, isReady, onStart, children }: WorkFormProps) {
  const { t, i18n } = useTranslation();
  const problem = refusal === null ? null : describeProblem(refusal, t, i18n.language);
  const isOwn = problem?.field !== null && problem !== null && ownErrors.includes(problem.field);
  return (
    <div className="flex flex-col gap-3 p-4">
      {problem && !isOwn && (
        <Notice
          tone="danger"
          title={problem.title}
          message={problem.message}
          messageLanguage={i18n.language === 'en' ? undefined : 'en'}
          hint={problem.hint}
        />
      )}
      {children}
      <div className="flex justify-end">
        <Button look="primary" disabled={!isReady} onClick={onStart}>
          {startLabel}
        </Button>
      </div>
    </div>
  );
}

/** The server's sentence about one field of a refused request, in the language of the page. */
export function useFieldError(refusal: unknown): (field: string) => string | undefined {
  const { t, i18n } = useTranslation();
  if (refusal === null) return () => undefined;
  const problem = describeProblem(refusal, t, i18n.language);
  const text = i18n.language === 'en' && problem.message !== null ? `${problem.message} ${problem.hint}` : problem.hint;
  return (field) => (problem.field === field ? `${problem.title}. ${text}` : undefined);
}
