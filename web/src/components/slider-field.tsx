/** A number with a slider for the usual range and a field for the exact value. */
import { Slider } from '@base-ui/react/slider';

import { fitNumber } from '../lib/numbers.ts';
import { Field, nameIdOf, type FieldProps } from './field.tsx';
import { NumberField } from './number-field.tsx';

import type { NumberLimit } from '@easel/shared/units';

interface SliderFieldProps extends Omit<FieldProps, 'children' | 'aside' | 'isGroup'> {
  value: number;
  limit: NumberLimit;
  /** Where the slider ends; the field goes on to the limit. */
  usualMaximum: number;
  step: number;
  onChange: (value: number) => void;
}

export function SliderField({ value, limit, usualMaximum, step, onChange, ...field }: SliderFieldProps) {
  const maximum = Math.min(limit.maximum, Math.max(usualMaximum, value));
  return (
    <Field
      {...field}
      aside={
        <NumberField
          id={field.id}
          value={value}
          limit={limit}
          step={step}
          isInvalid={field.error !== undefined}
          onChange={onChange}
          className="h-7 w-16 text-right phone:h-11"
        />
      }
    >
      <Slider.Root
        value={value}
        min={limit.minimum}
        max={maximum}
        step={step}
        onValueChange={(next) => onChange(fitNumber(next, limit))}
      >
        {/* Vertical scrolling stays the page's, so that a thumb passing by changes nothing. */}
        <Slider.Control className="flex h-5 touch-pan-y items-center select-none phone:h-11">
          <Slider.Track className="h-1 w-full rounded-full bg-line">
            <Slider.Indicator className="rounded-full bg-accent" />
            <Slider.Thumb
              aria-labelledby={nameIdOf(field.id)}
              className="size-4 rounded-full border-2 border-accent bg-raised shadow-low has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent phone:size-6"
            />
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
    </Field>
  );
}
