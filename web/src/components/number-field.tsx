/** A number typed as people type it (comma or point); fits itself to its limits when left. Arrow keys count. */
import { clsx } from 'clsx';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { fitNumber, parseNumber, printNumber } from '../lib/numbers.ts';
import { errorIdOf } from './field.tsx';

import type { NumberLimit } from '@easel/shared/units';

interface NumberFieldProps {
  id: string;
  /** Only where no label element names it. */
  label?: string;
  /** null shows the placeholder. */
  value: number | null;
  limit: NumberLimit;
  /** What an arrow key adds; by default the limit's own grid. */
  step?: number;
  placeholder?: string;
  isInvalid?: boolean;
  className?: string;
  onChange: (value: number) => void;
}

export function NumberField(props: NumberFieldProps) {
  const { id, label, value, limit, placeholder, isInvalid = false, className, onChange } = props;
  const { i18n } = useTranslation();
  // What is being typed; null = the value as it is.
  const [draft, setDraft] = useState<string | null>(null);
  const typed = draft === null ? value : parseNumber(draft);
  const isOutside = draft !== null && draft !== '' && (typed === null || fitNumber(typed, limit) !== typed);
  const step = props.step ?? limit.multipleOf ?? (limit.integer ? 1 : 0.5);

  const commit = (): void => {
    if (draft === null) return;
    setDraft(null);
    if (typed !== null) onChange(fitNumber(typed, limit));
  };
  const count = (event: KeyboardEvent, direction: number): void => {
    event.preventDefault();
    setDraft(null);
    const factor = event.shiftKey ? 10 : 1;
    onChange(fitNumber((typed ?? limit.minimum) + direction * step * factor, limit));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') commit();
    else if (event.key === 'ArrowUp') count(event, 1);
    else if (event.key === 'ArrowDown') count(event, -1);
    else if (event.key === 'Escape') {
      setDraft(null);
      event.currentTarget.blur();
    }
  };

  return (
    <input
      id={id}
      type="text"
      inputMode={limit.integer ? 'numeric' : 'decimal'}
      role="spinbutton"
      aria-label={label}
      aria-valuemin={limit.minimum}
      aria-valuemax={limit.maximum}
      aria-valuenow={typed ?? undefined}
      aria-invalid={isInvalid || isOutside}
      aria-describedby={isInvalid ? errorIdOf(id) : undefined}
      autoComplete="off"
      placeholder={placeholder}
      value={draft ?? (value === null ? '' : printNumber(value, i18n.language))}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onFocus={(event) => event.target.select()}
      onKeyDown={onKeyDown}
      className={clsx(
        'numerals h-control min-w-0 rounded-md border border-edge bg-raised px-2 text-field hover:border-faint aria-invalid:border-danger',
        className,
      )}
    />
  );
}
