/** One choice of a list, each with a sentence about it. Entries that cannot be chosen stay visible with the reason. */
import { Select } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';

import { errorIdOf, Field, nameIdOf, type FieldProps } from './field.tsx';

export interface Choice {
  value: string;
  label: string;
  /** Smaller, below the label in the list. */
  summary?: string | undefined;
  /** Language of the summary where it is not the page's. */
  summaryLanguage?: string | undefined;
  isDisabled?: boolean;
}

interface SelectFieldProps extends Omit<FieldProps, 'children' | 'isGroup'> {
  value: string | null;
  choices: readonly Choice[];
  placeholder: string;
  onChange: (value: string) => void;
}

export function SelectField({ value, choices, placeholder, onChange, ...field }: SelectFieldProps) {
  return (
    <Field {...field} isGroup>
      <Select.Root items={choices} value={value} onValueChange={(next) => next !== null && onChange(next)}>
        <Select.Trigger
          id={field.id}
          aria-labelledby={nameIdOf(field.id)}
          aria-invalid={field.error !== undefined}
          aria-describedby={field.error === undefined ? undefined : errorIdOf(field.id)}
          className="flex h-control w-full min-w-0 items-center justify-between gap-2 rounded-md border border-edge bg-raised pr-2 pl-2.5 text-left text-field hover:border-faint aria-invalid:border-danger data-popup-open:border-accent"
        >
          <Select.Value placeholder={placeholder} className="truncate data-placeholder:text-faint" />
          <Select.Icon className="text-faint">
            <ChevronsUpDown size={14} />
          </Select.Icon>
        </Select.Trigger>
        <Select.Portal>
          <Select.Positioner sideOffset={4} alignItemWithTrigger={false} collisionPadding={8} className="z-60">
            <Select.Popup className="popup max-h-(--available-height) w-(--anchor-width) min-w-56 overflow-y-auto p-1">
              <Select.List>
                {choices.map((choice) => (
                  <Select.Item
                    key={choice.value}
                    value={choice.value}
                    disabled={choice.isDisabled ?? false}
                    className="grid grid-cols-[1rem_1fr] items-start gap-x-2 rounded-sm px-2 py-1.5 outline-none select-none data-highlighted:bg-hover phone:py-2.5"
                  >
                    <Select.ItemIndicator className="col-start-1 pt-0.5 text-accent-ink">
                      <Check size={14} />
                    </Select.ItemIndicator>
                    <span className="col-start-2 min-w-0">
                      <Select.ItemText className={choice.isDisabled ? 'text-faint' : 'text-ink'}>
                        {choice.label}
                      </Select.ItemText>
                      {choice.summary !== undefined && (
                        <span lang={choice.summaryLanguage} className="block text-xs text-faint">
                          {choice.summary}
                        </span>
                      )}
                    </span>
                  </Select.Item>
                ))}
              </Select.List>
            </Select.Popup>
          </Select.Positioner>
        </Select.Portal>
      </Select.Root>
    </Field>
  );
}
