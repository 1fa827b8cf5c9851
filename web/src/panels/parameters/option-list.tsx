/** Options of the catalogue that would do something as the form is, one below the other. */
import { isInForce, readersOf } from '../../lib/options.ts';
import { OptionField } from './option-field.tsx';

import type { Parameters } from './use-parameters.ts';
import type { OptionDescriptor } from '@easel/shared/catalogue';
import type { OptionId } from '@easel/shared/options/table';

/** Which options a list holds. */
export type OptionFilter = (option: OptionDescriptor) => boolean;

export const commonOf =
  (group: OptionDescriptor['group']): OptionFilter =>
  (option) =>
    option.isCommon && option.group === group;

/** Those of the catalogue that are in force and wanted here. */
export function optionsInForce(
  { catalogue, form, model, models }: Parameters,
  isWanted: OptionFilter,
): OptionDescriptor[] {
  if (catalogue === undefined) return [];
  const readers = readersOf(form, model, catalogue, models);
  return catalogue.options.filter((option) => isWanted(option) && isInForce(option, form.options, readers));
}

/** Whether any of these is set. */
export const hasChanged = ({ catalogue, form }: Parameters, isWanted: OptionFilter): boolean =>
  catalogue?.options.some((option) => isWanted(option) && form.options[option.id as OptionId] !== undefined) === true;

export function OptionList({ isWanted, ...parameters }: Parameters & { isWanted: OptionFilter }) {
  return optionsInForce(parameters, isWanted).map((option) => (
    <OptionField key={option.id} {...parameters} option={option} />
  ));
}
