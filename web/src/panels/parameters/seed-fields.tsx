/** The seed, random or locked, and how many pictures to make from it. */
import { clsx } from 'clsx';
import { Dices, Lock, Minus, Plus, Shuffle } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useJobs } from '../../api/jobs.ts';
import { Field } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { EMPTY_FORM } from '../../lib/form.ts';
import { fitNumber } from '../../lib/numbers.ts';
import { picturesOf } from '../../lib/progress.ts';
import { drawSeed, shownSeedOf } from '../../lib/seed.ts';
import { useForm } from '../../state/form.ts';

import { commonOf, hasChanged, OptionList } from './option-list.tsx';

import type { Parameters } from './use-parameters.ts';

/** The rare row of the seed: another one to move towards, and how far. */
const VARIATION = commonOf('seed');

export function SeedField(parameters: Parameters) {
  const { form, update, limitOf, errorOf } = parameters;
  const isVaried = hasChanged(parameters, VARIATION);
  const [wantsVariation, setWantsVariation] = useState(isVaried);
  const { t } = useTranslation();
  const jobs = picturesOf(useJobs());
  const lastJob = useForm((state) => state.lastJob);
  const shown = shownSeedOf(form, jobs?.find((job) => job.id === lastJob)?.parameters.seed);
  const error = errorOf('seed');
  return (
    <Field id="seed" name={t('parameters.seed')} help={t('help.seed')} error={error}>
      <div className="flex items-center gap-1">
        <NumberField
          id="seed"
          value={shown}
          limit={{ ...limitOf('seed'), minimum: 0 }}
          placeholder={t('parameters.seedRandom')}
          isInvalid={error !== undefined}
          onChange={(seed) => update((values) => ({ ...values, seed, isSeedLocked: true }))}
          className={clsx('flex-1', !form.isSeedLocked && 'text-faint')}
        />
        <IconButton
          label={t('parameters.seedDice')}
          icon={<Dices size={16} />}
          isPressed={!form.isSeedLocked}
          onClick={() => update((values) => ({ ...values, seed: shown, isSeedLocked: false }))}
        />
        <IconButton
          label={t('parameters.seedVary')}
          icon={<Shuffle size={15} />}
          aria-expanded={wantsVariation || isVaried}
          isPressed={isVaried}
          onClick={() => setWantsVariation(!wantsVariation)}
        />
        <IconButton
          label={t('parameters.seedLock')}
          icon={<Lock size={15} />}
          isPressed={form.isSeedLocked}
          onClick={() => update((values) => ({ ...values, seed: shown ?? drawSeed(), isSeedLocked: true }))}
        />
      </div>
      {(wantsVariation || isVaried) && (
        <div className="ml-1 flex flex-col gap-2 border-l border-line pt-1 pl-3">
          <OptionList {...parameters} isWanted={VARIATION} />
        </div>
      )}
    </Field>
  );
}

export function CountField({ form, update, limitOf, errorOf }: Parameters) {
  const { t } = useTranslation();
  const limit = limitOf('count');
  const error = errorOf('count');
  const setCount = (count: number): void => update((values) => ({ ...values, count: fitNumber(count, limit) }));
  return (
    <Field
      id="count"
      name={t('parameters.count')}
      help={t('help.count')}
      isChanged={form.count !== EMPTY_FORM.count}
      defaultText={String(EMPTY_FORM.count)}
      onReset={() => setCount(EMPTY_FORM.count)}
      error={error}
      aside={
        <div className="flex items-center gap-0.5">
          <IconButton
            label={t('parameters.fewer')}
            icon={<Minus size={14} />}
            disabled={form.count <= limit.minimum}
            onClick={() => setCount(form.count - 1)}
          />
          <NumberField
            id="count"
            value={form.count}
            limit={limit}
            isInvalid={error !== undefined}
            onChange={setCount}
            className="w-12 text-center"
          />
          <IconButton
            label={t('parameters.more')}
            icon={<Plus size={14} />}
            disabled={form.count >= limit.maximum}
            onClick={() => setCount(form.count + 1)}
          />
        </div>
      }
    />
  );
}
