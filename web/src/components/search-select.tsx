/** One of many choices, found by typing part of its name. For lists too long to look through. */
import { Combobox } from '@base-ui/react/combobox';
import { Check, ChevronsUpDown } from 'lucide-react';

export interface SearchChoice {
  value: string;
  label: string;
  /** Beside the label, e.g. what kind it is. */
  aside?: string;
}

interface SearchSelectProps {
  id: string;
  /** Its name; there is no label beside it. */
  label: string;
  value: string;
  choices: readonly SearchChoice[];
  placeholder: string;
  /** Where nothing matches what is typed. */
  empty: string;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  onChange: (value: string) => void;
}

export function SearchSelect({
  id,
  label,
  value,
  choices,
  placeholder,
  empty,
  isInvalid = false,
  describedBy,
  onChange,
}: SearchSelectProps) {
  const chosen = choices.find((choice) => choice.value === value) ?? null;
  return (
    <Combobox.Root
      items={choices}
      value={chosen}
      onValueChange={(next: SearchChoice | null) => next !== null && onChange(next.value)}
    >
      <Combobox.Trigger
        id={id}
        aria-label={label}
        aria-invalid={isInvalid}
        aria-describedby={describedBy}
        className="flex h-control w-full min-w-0 items-center justify-between gap-2 rounded-md border border-edge bg-raised pr-2 pl-2.5 text-left text-field hover:border-faint aria-invalid:border-danger data-popup-open:border-accent"
      >
        <span className="truncate">
          <Combobox.Value>{(shown: SearchChoice | null) => shown?.label ?? ''}</Combobox.Value>
        </span>
        <ChevronsUpDown size={14} className="shrink-0 text-faint" />
      </Combobox.Trigger>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} collisionPadding={8} className="z-60">
          <Combobox.Popup
            aria-label={label}
            className="popup flex max-h-(--available-height) w-(--anchor-width) min-w-72 flex-col overflow-hidden"
          >
            <Combobox.Input
              placeholder={placeholder}
              aria-label={placeholder}
              className="h-control shrink-0 border-b border-line bg-transparent px-3 text-field focus-visible:outline-none"
            />
            <Combobox.Empty>
              <p className="px-3 py-3 text-faint">{empty}</p>
            </Combobox.Empty>
            <Combobox.List className="max-h-80 min-h-0 overflow-y-auto overscroll-contain p-1 data-empty:p-0">
              {(choice: SearchChoice) => (
                <Combobox.Item
                  key={choice.value}
                  value={choice}
                  className="grid cursor-pointer grid-cols-[1rem_1fr_auto] items-center gap-x-2 rounded-sm px-2 py-1.5 outline-none select-none data-highlighted:bg-hover phone:py-2.5"
                >
                  <Combobox.ItemIndicator className="col-start-1 text-accent-ink">
                    <Check size={14} />
                  </Combobox.ItemIndicator>
                  <span className="col-start-2 min-w-0">{choice.label}</span>
                  {choice.aside !== undefined && <span className="text-xs text-faint">{choice.aside}</span>}
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
