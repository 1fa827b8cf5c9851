/** One option of the catalogue as a control: what it is decides how it is set, never which option it is. */
import { NO_FILE } from '@easel/shared/options/row';
import { useTranslation } from 'react-i18next';

import { useModelLibrary } from '../../api/models.ts';
import { Field, type FieldProps } from '../../components/field.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { SliderField } from '../../components/slider-field.tsx';
import { ToggleField } from '../../components/toggle-field.tsx';
import { printNumber } from '../../lib/numbers.ts';
import { optionWords } from '../../lib/option-words.ts';
import { withOption, withoutOptions } from '../../lib/options.ts';

import type { Parameters } from './use-parameters.ts';
import type { OptionDescriptor } from '@easel/shared/catalogue';
import type { OptionId } from '@easel/shared/options/table';

/** Ranges with more notches than this have no slider: a thumb could not find its place. */
const MOST_NOTCHES = 2000;
/** Stands for leaving it open in the list. */
const NOTHING = '';

interface OptionFieldProps extends Parameters {
  option: OptionDescriptor;
}

export function OptionField({ option, form, update, errorOf }: OptionFieldProps) {
  const { t, i18n } = useTranslation();
  const id = option.id as OptionId;
  const words = optionWords(option, i18n.language);
  const given = form.options[id];
  const shown = given ?? option.neutral;
  const set = (value: unknown): void =>
    update((values) => ({ ...values, options: withOption(values.options, id, value) }));
  const field = {
    id,
    name: words.label,
    help: words.summary,
    error: errorOf(id),
    isChanged: given !== undefined,
    onReset: () => update((values) => ({ ...values, options: withoutOptions(values.options, [id]) })),
  };

  if (option.kind === 'toggle') {
    return <ToggleField {...field} defaultText={t('parameters.off')} value={shown === true} onChange={set} />;
  }
  if (option.kind === 'choice') {
    const usual = words.choices.find((choice) => choice.id === option.neutral)?.label ?? '';
    return (
      <SelectField
        {...field}
        defaultText={usual}
        value={shown as string}
        choices={words.choices.map((choice) => ({ value: choice.id, label: choice.label }))}
        placeholder={usual}
        onChange={set}
      />
    );
  }
  if (option.kind === 'model')
    return <FileField {...field} option={option} value={(given as string) ?? null} onChange={set} />;

  const limit = option.limit ?? { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: false };
  const step = option.step ?? 1;
  const end = option.usualMaximum ?? limit.maximum;
  const isSeed = limit.minimum === -1;
  const open = option.neutral === null ? t('parameters.automatic') : isSeed ? t('parameters.seedRandom') : undefined;
  const defaultText =
    typeof option.neutral === 'number' && !isSeed ? printNumber(option.neutral, i18n.language) : (open ?? '');
  // Whole numbers here are sizes and seeds, which people know rather than look for.
  if (open === undefined && !limit.integer && (end - limit.minimum) / step <= MOST_NOTCHES) {
    return (
      <SliderField
        {...field}
        defaultText={defaultText}
        value={shown as number}
        limit={limit}
        usualMaximum={end}
        step={step}
        onChange={set}
      />
    );
  }
  return (
    <Field
      {...field}
      defaultText={defaultText}
      aside={
        <NumberField
          id={id}
          value={isSeed && shown === option.neutral ? null : (shown as number | null)}
          limit={isSeed ? { ...limit, minimum: 0 } : limit}
          step={step}
          isInvalid={field.error !== undefined}
          onChange={set}
          {...(open === undefined ? {} : { placeholder: open })}
          className={isSeed ? 'w-32 text-right' : 'w-24 text-right'}
        />
      }
    />
  );
}

interface FileFieldProps extends Omit<FieldProps, 'children' | 'aside' | 'isGroup'> {
  option: OptionDescriptor;
  value: string | null;
  onChange: (value: unknown) => void;
}

/** A file of the library, or none. Not shown where there is none of the kind. */
function FileField({ option, value, onChange, ...field }: FileFieldProps) {
  const { t } = useTranslation();
  const { list } = useModelLibrary();
  const files = (list?.models ?? []).filter(
    (file) => file.kind === option.of && (file.isUsable || file.kind !== 'checkpoint') && file.reason === null,
  );
  if (files.length === 0 && value === null) return null;
  // A model may suggest a file of its own, so there to leave it open is not to do without.
  const isSuggested = option.of !== 'checkpoint';
  const open = t(isSuggested ? 'parameters.automatic' : 'parameters.none');
  const choices = [
    { value: NOTHING, label: open },
    ...(isSuggested ? [{ value: NO_FILE, label: t('parameters.none') }] : []),
    ...files.map((file) => ({ value: file.id, label: file.name, summary: file.familyLabel ?? undefined })),
  ];
  const isGone = value !== null && list !== undefined && !choices.some((choice) => choice.value === value);
  return (
    <SelectField
      {...field}
      error={field.error ?? (isGone ? t('parameters.modelGone', { model: value }) : undefined)}
      defaultText={open}
      value={value ?? NOTHING}
      choices={choices}
      placeholder={value ?? open}
      onChange={(next) => onChange(next === NOTHING ? undefined : next)}
    />
  );
}
