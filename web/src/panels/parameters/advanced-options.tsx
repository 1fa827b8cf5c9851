/** Every option few people set, by group, as the catalogue has them. Comes when it is unfolded. */
import { OPTION_GROUPS } from '@easel/shared/options/row';
import { useTranslation } from 'react-i18next';

import { optionsInForce } from './option-list.tsx';
import { OptionField } from './option-field.tsx';

import type { Parameters } from './use-parameters.ts';

export function AdvancedOptions(parameters: Parameters) {
  const { t } = useTranslation();
  const options = optionsInForce(parameters, (option) => !option.isCommon);
  const groups = OPTION_GROUPS.map((group) => ({ group, own: options.filter((option) => option.group === group) }));
  return groups
    .filter(({ own }) => own.length > 0)
    .map(({ group, own }) => (
      <section
        key={group}
        aria-labelledby={`options-${group}`}
        className="flex flex-col gap-2 border-t border-line pt-3"
      >
        <h3 id={`options-${group}`} className="text-xs font-semibold text-ink">
          {t(`optionGroup.${group}`)}
        </h3>
        {own.map((option) => (
          <OptionField key={option.id} {...parameters} option={option} />
        ))}
      </section>
    ));
}
