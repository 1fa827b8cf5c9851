/** Search, filters, order, and work on files. */
import { Select } from '@base-ui/react/select';
import { Check, ChevronDown, LayoutGrid, List, RefreshCw, Search, X } from 'lucide-react';

import { useCommandContext, reportProblem } from '../../commands/context.ts';
import { refreshLibrary } from '../../api/models.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { setLayout, useLayout } from '../../state/layout.ts';
import { ORDERS, type Order, type Sieve } from './sift.ts';
import { useWords } from './use-words.ts';

import { MODEL_KINDS, type ModelKind, type ModelView } from '@easel/shared/http/models';

interface ToolbarProps {
  models: readonly ModelView[];
  sieve: Sieve;
  onSieve: (sieve: Sieve) => void;
}

/** Stands for all in a list of choices. */
const ALL = ':all';

export function Toolbar({ models, sieve, onSieve }: ToolbarProps) {
  const { m } = useWords();
  const isGrid = useLayout((state) => state.areModelsPictures);
  const context = useCommandContext();
  const families = new Map<string, string>();
  for (const { family, familyLabel } of models) if (family !== null) families.set(family, familyLabel ?? family);
  const kinds = MODEL_KINDS.filter((kind) => models.some((model) => model.kind === kind));
  const refresh = (): void => {
    refreshLibrary(context.client).catch((thrown: unknown) => reportProblem(thrown, context));
  };
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-3 phone:px-3">
      <SearchField value={sieve.query} onChange={(query) => onSieve({ ...sieve, query })} />
      {kinds.length > 1 && (
        <Filter
          label={m('page.kind')}
          value={sieve.kind ?? ALL}
          choices={[
            { value: ALL, label: m('kinds.all') },
            ...kinds.map((kind) => ({ value: kind, label: m(`kinds.${kind}`) })),
          ]}
          onChange={(value) => onSieve({ ...sieve, kind: value === ALL ? null : (value as ModelKind) })}
        />
      )}
      {families.size > 1 && (
        <Filter
          label={m('page.family')}
          value={sieve.family ?? ALL}
          choices={[
            { value: ALL, label: m('page.allFamilies') },
            ...[...families].map(([value, label]) => ({ value, label })),
          ]}
          onChange={(value) => onSieve({ ...sieve, family: value === ALL ? null : value })}
        />
      )}
      <Filter
        label={m('page.sort')}
        value={sieve.order}
        choices={ORDERS.map((order) => ({ value: order, label: m(`page.${order}`) }))}
        onChange={(value) => onSieve({ ...sieve, order: value as Order })}
      />
      <span className="ml-auto flex items-center">
        <IconButton
          label={m(isGrid ? 'page.list' : 'page.grid')}
          icon={isGrid ? <List size={17} /> : <LayoutGrid size={17} />}
          onClick={() => setLayout({ areModelsPictures: !isGrid })}
        />
        <IconButton label={m('page.refresh')} icon={<RefreshCw size={16} />} onClick={refresh} />
      </span>
    </div>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { m } = useWords();
  return (
    <div role="search" className="relative min-w-48 flex-1 phone:basis-full">
      <Search size={14} aria-hidden className="pointer-events-none absolute top-0 left-2.5 h-control text-faint" />
      <input
        type="search"
        value={value}
        maxLength={200}
        aria-label={m('page.search')}
        placeholder={m('page.search')}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (value === '') event.currentTarget.blur();
          else onChange('');
        }}
        className="h-control w-full rounded-md border border-edge bg-raised pr-8 pl-8 text-field hover:border-faint phone:pr-11 [&::-webkit-search-cancel-button]:hidden"
      />
      {value !== '' && (
        <IconButton
          look="small"
          label={m('page.clearSearch')}
          icon={<X size={14} />}
          onClick={() => onChange('')}
          className="absolute! top-1 right-1 phone:top-0 phone:right-0"
        />
      )}
    </div>
  );
}

interface FilterProps {
  label: string;
  value: string;
  choices: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}

function Filter({ label, value, choices, onChange }: FilterProps) {
  return (
    <Select.Root items={choices} value={value} onValueChange={(next) => next !== null && onChange(next)}>
      <Select.Trigger
        aria-label={label}
        className="flex h-control items-center gap-1 rounded-md px-2 text-soft hover:bg-hover hover:text-ink data-popup-open:bg-hover phone:flex-1 phone:border phone:border-edge phone:bg-raised phone:px-2.5"
      >
        <Select.Value className="truncate" />
        <Select.Icon className="ml-auto text-faint">
          <ChevronDown size={14} />
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner sideOffset={4} alignItemWithTrigger={false} collisionPadding={8} className="z-60">
          <Select.Popup className="popup max-h-(--available-height) min-w-48 overflow-y-auto p-1">
            <Select.List>
              {choices.map((choice) => (
                <Select.Item
                  key={choice.value}
                  value={choice.value}
                  className="grid grid-cols-[1rem_1fr] items-center gap-x-2 rounded-sm px-2 py-1.5 outline-none select-none data-highlighted:bg-hover phone:py-2.5"
                >
                  <Select.ItemIndicator className="col-start-1 text-accent-ink">
                    <Check size={14} />
                  </Select.ItemIndicator>
                  <Select.ItemText className="col-start-2">{choice.label}</Select.ItemText>
                </Select.Item>
              ))}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
