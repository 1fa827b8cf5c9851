/**
 * One of many choices, found by typing part of its name. For lists too long to look through. By hand on a popover, whose
 * code is there anyway: a ready-made one would bring its share of it into the first load.
 */
import { Popover } from '@base-ui/react/popover';
import { clsx } from 'clsx';
import { Check, ChevronsUpDown } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';

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
  onChange: (value: string) => void;
}

export function SearchSelect({ id, label, value, choices, ...rest }: SearchSelectProps) {
  const [isOpen, setIsOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        id={id}
        aria-label={`${label}: ${chosen?.label ?? ''}`}
        className="flex h-control w-full min-w-0 items-center justify-between gap-2 rounded-md border border-edge bg-raised pr-2 pl-2.5 text-left text-field hover:border-faint data-popup-open:border-accent"
      >
        <span className="truncate">{chosen?.label}</span>
        <ChevronsUpDown size={14} className="shrink-0 text-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="start" sideOffset={4} collisionPadding={8} className="z-60">
          <Popover.Popup
            aria-label={label}
            initialFocus={input}
            className="popup flex max-h-[min(24rem,var(--available-height))] w-(--anchor-width) min-w-72 flex-col overflow-hidden"
          >
            <Choices
              {...rest}
              label={label}
              input={input}
              value={value}
              choices={choices}
              onChange={(next) => {
                setIsOpen(false);
                rest.onChange(next);
              }}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface ChoicesProps extends Omit<SearchSelectProps, 'id'> {
  input: React.RefObject<HTMLInputElement | null>;
}

function Choices({ label, value, choices, placeholder, empty, input, onChange }: ChoicesProps) {
  const list = useId();
  const [query, setQuery] = useState('');
  const words = query.toLowerCase().split(/\s+/);
  const found = choices.filter((choice) => words.every((word) => choice.label.toLowerCase().includes(word)));
  // While nothing is typed, the list opens at what is chosen.
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      choices.findIndex((choice) => choice.value === value),
    ),
  );
  const at = Math.min(active, found.length - 1);
  const idOf = (index: number): string => `${list}-${index}`;
  useEffect(() => {
    document.getElementById(`${list}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, at]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(0, at - 1));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      const choice = found[at];
      if (choice !== undefined) onChange(choice.value);
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={placeholder}
        aria-expanded
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={at < 0 ? undefined : idOf(at)}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        className="h-control shrink-0 border-b border-line bg-transparent px-3 text-field focus-visible:outline-none"
      />
      {found.length === 0 && <p className="px-3 py-3 text-faint">{empty}</p>}
      <div id={list} role="listbox" aria-label={label} className="min-h-0 overflow-y-auto overscroll-contain p-1">
        {found.map((choice, index) => (
          <button
            key={choice.value}
            id={idOf(index)}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={choice.value === value}
            onMouseMove={() => setActive(index)}
            onClick={() => onChange(choice.value)}
            className={clsx(
              'grid min-h-8 w-full grid-cols-[1rem_1fr_auto] items-center gap-x-2 rounded-sm px-2 py-1 text-left phone:min-h-11',
              index === at && 'bg-hover',
            )}
          >
            <span className="text-accent-ink">{choice.value === value && <Check size={14} />}</span>
            <span className="min-w-0">{choice.label}</span>
            {choice.aside !== undefined && <span className="text-xs text-faint">{choice.aside}</span>}
          </button>
        ))}
      </div>
    </>
  );
}
