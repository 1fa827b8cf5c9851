/** A few choices side by side, one of which holds. */
import { clsx } from 'clsx';

interface ChoiceProps<Id extends string> {
  label: string;
  options: readonly { readonly id: Id; readonly label: string }[];
  chosen: Id;
  onChoose: (id: Id) => void;
}

export function Choice<Id extends string>({ label, options, chosen, onChoose }: ChoiceProps<Id>) {
  return (
    <div role="group" aria-label={label} className="flex self-start rounded-md bg-sunken p-0.5">
      {options.map((option) => (
        <button
          key={option.id}
          type="button"
          aria-pressed={option.id === chosen}
          onClick={() => onChoose(option.id)}
          className={clsx(
            'h-7 rounded-sm px-3 text-sm phone:h-11',
            option.id === chosen ? 'bg-raised text-ink shadow-low' : 'text-soft hover:text-ink',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
