/** A weight: slider for the usual range, a field for the exact number. */
import { SliderField } from '../../components/slider-field.tsx';

interface WeightFieldProps {
  id: string;
  name: string;
  value: number;
  onChange: (value: number) => void;
  /** Where the slider begins; lower numbers can be typed where they are allowed. */
  usualMinimum?: number;
  minimum?: number;
}

const MAXIMUM = 10;
const USUAL_MAXIMUM = 2;
const STEP = 0.05;

export function WeightField({ usualMinimum = 0, minimum = -MAXIMUM, ...field }: WeightFieldProps) {
  return (
    <SliderField
      {...field}
      limit={{ minimum, maximum: MAXIMUM, integer: false }}
      usualMinimum={usualMinimum}
      usualMaximum={USUAL_MAXIMUM}
      step={STEP}
    />
  );
}
