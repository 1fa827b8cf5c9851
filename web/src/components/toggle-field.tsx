/** Something that is on or off, as a switch at the end of its name's row. */
import { Switch } from '@base-ui/react/switch';

import { Field, nameIdOf, type FieldProps } from './field.tsx';

interface ToggleFieldProps extends Omit<FieldProps, 'children' | 'aside' | 'isGroup'> {
  value: boolean;
  onChange: (value: boolean) => void;
}

export function ToggleField({ value, onChange, ...field }: ToggleFieldProps) {
  return (
    <Field
      {...field}
      isGroup
      aside={
        <Switch.Root
          id={field.id}
          checked={value}
          onCheckedChange={onChange}
          aria-labelledby={nameIdOf(field.id)}
          aria-invalid={field.error !== undefined}
          className="relative flex h-5 w-9 items-center rounded-full border border-edge bg-line px-0.5 transition-colors before:absolute before:-inset-3 before:content-[''] data-checked:border-accent data-checked:bg-accent"
        >
          <Switch.Thumb className="size-3.5 rounded-full bg-raised shadow-low transition-transform data-checked:translate-x-4" />
        </Switch.Root>
      }
    />
  );
}
