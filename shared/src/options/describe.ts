/** A row of the table of options as the catalogue reports it: what a page needs to draw its control. */
import type { OptionDescriptor } from '../catalogue.ts';
import type { OptionId } from './table.ts';
import { optionRow } from './values.ts';

export function describeOption(id: OptionId): OptionDescriptor {
  const { label, summary, group, readBy, value, needs, isCommon } = optionRow(id);
  const { kind, neutral } = value;
  const own =
    value.kind === 'number'
      ? { limit: value.limit, step: value.step, ...(value.usualMaximum && { usualMaximum: value.usualMaximum }) }
      : value.kind === 'choice'
        ? { choices: value.choices.map((each) => ({ id: each.id, label: each.label })) }
        : value.kind === 'model'
          ? { of: value.of }
          : {};
  return {
    id,
    label,
    summary,
    group,
    readBy,
    kind,
    neutral,
    ...own,
    ...(needs && { needs }),
    isCommon: isCommon === true,
  };
}
