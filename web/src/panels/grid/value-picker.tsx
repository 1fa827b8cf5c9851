/** Values that can be listed, to tick: writes them into the field of the axis, which stays the truth. */
import { Popover } from '@base-ui/react/popover';
import { Checkbox } from '@base-ui/react/checkbox';
import { Check, ListChecks } from 'lucide-react';
import { formatList, parseList } from '@easel/shared/grid/values';

import { Button } from '../../components/button.tsx';
import { useWords } from './use-words.ts';
import { chosenOf, type ValueChoice } from './value-choices.ts';

interface ValuePickerProps {
  label: string;
  title: string;
  choices: readonly ValueChoice[];
  /** What stands in the field. */
  text: string;
  onChange: (text: string) => void;
}

export function ValuePicker({ label, title, choices, text, onChange }: ValuePickerProps) {
  const { g } = useWords();
  const chosen = chosenOf(text, choices);
  const toggle = (choice: ValueChoice): void => {
    // What was typed otherwise stays where it is.
    const others = parseList(text).filter(
      (item) => ![choice.text, choice.label].some((name) => name.toLowerCase() === item.toLowerCase()),
    );
    onChange(formatList(chosen.has(choice.text) ? others : [...others, choice.text]));
  };
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={label}
        className="inline-flex h-control shrink-0 items-center gap-1.5 rounded-md border border-edge bg-raised px-2.5 text-sm whitespace-nowrap hover:bg-hover data-popup-open:bg-hover"
      >
        <ListChecks size={15} aria-hidden />
        {g('form.choose')}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={4} collisionPadding={8} className="z-60">
          <Popover.Popup className="popup flex max-h-[min(26rem,var(--available-height))] w-72 flex-col overflow-hidden">
            <div className="flex shrink-0 items-center gap-1 border-b border-line py-1 pr-1 pl-3">
              <Popover.Title className="panel-title min-w-0 flex-1 truncate">{title}</Popover.Title>
              <Button look="quiet" onClick={() => onChange(formatList(choices.map((choice) => choice.text)))}>
                {g('form.all')}
              </Button>
              <Button look="quiet" onClick={() => onChange('')}>
                {g('form.clear')}
              </Button>
            </div>
            <ul className="min-h-0 overflow-y-auto overscroll-contain p-1">
              {choices.map((choice) => (
                <li key={choice.text}>
                  <label className="flex min-h-8 cursor-pointer items-center gap-2.5 rounded-sm px-2 py-1 hover:bg-hover phone:min-h-11">
                    <Checkbox.Root
                      checked={chosen.has(choice.text)}
                      onCheckedChange={() => toggle(choice)}
                      className="grid size-4 shrink-0 place-items-center rounded-sm border border-edge bg-raised data-checked:border-accent data-checked:bg-accent data-checked:text-on-accent"
                    >
                      <Checkbox.Indicator>
                        <Check size={12} strokeWidth={3} />
                      </Checkbox.Indicator>
                    </Checkbox.Root>
                    <span className="min-w-0 break-words">{choice.label}</span>
                  </label>
                </li>
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
