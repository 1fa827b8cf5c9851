/** A weight in one line: slider for the usual range, a field for the exact number. */
import { Slider } from '@base-ui/react/slider';

import { NumberField } from '../../components/number-field.tsx';
import { fitNumber } from '../../lib/numbers.ts';

interface WeightFieldProps {
  id: string;
  /** What a screen reader says. */
  name: string;
  /** Shown before it, where the row's own name does not say enough. */
  caption?: string;
  value: number;
  onChange: (value: number) => void;
  /** Lower numbers can be typed; the slider begins at 0, or where the number is. */
  minimum?: number;
}

const MAXIMUM = 10;
const USUAL_MAXIMUM = 2;
const STEP = 0.05;

export function WeightField({ id, name, caption, value, onChange, minimum = -MAXIMUM }: WeightFieldProps) {
  const limit = { minimum, maximum: MAXIMUM, integer: false };
  return (
    <div className="flex flex-col" data-field={id}>
      {caption !== undefined && <span className="text-xs text-soft">{caption}</span>}
      <div className="flex items-center gap-3">
        <Slider.Root
          className="min-w-0 flex-1"
          value={value}
          min={Math.min(0, value)}
          max={Math.max(USUAL_MAXIMUM, value)}
          step={STEP}
          onValueChange={(next) => onChange(fitNumber(next, limit))}
        >
          {/* Vertical scrolling stays the page's, so that a thumb passing by changes nothing. */}
          <Slider.Control className="flex h-7 touch-pan-y items-center select-none phone:h-11">
            <Slider.Track className="h-1 w-full rounded-full bg-line">
              <Slider.Indicator className="rounded-full bg-accent" />
              <Slider.Thumb
                aria-label={name}
                className="size-4 rounded-full border-2 border-accent bg-raised shadow-low has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent phone:size-6"
              />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
        <NumberField
          id={id}
          label={name}
          value={value}
          limit={limit}
          step={STEP}
          onChange={onChange}
          className="h-7 w-16 text-right phone:h-11"
        />
      </div>
    </div>
  );
}
