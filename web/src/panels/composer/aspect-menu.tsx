/** The shape of the picture in one click, for those who never open the parameters. */
import { Menu } from '@base-ui/react/menu';
import { Check, ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useCatalogue, useModels } from '../../api/catalogue.ts';
import { AspectGlyph } from '../../components/aspect-glyph.tsx';
import { modelOf, valuesOf, withSize } from '../../lib/form.ts';
import { ASPECTS, aspectOf, nativeSideOf, ratioOf, sizeForAspect } from '../../lib/sizes.ts';
import { useForm } from '../../state/form.ts';
import { LIMITS } from '@easel/shared/units';

export function AspectMenu() {
  const { t } = useTranslation();
  const form = useForm((state) => state.values);
  const update = useForm((state) => state.update);
  const models = useModels();
  const limit = useCatalogue()?.limits['width'] ?? LIMITS.width;
  const model = models && modelOf(form, models);
  const values = valuesOf(form, model);
  if (!model?.defaults || !values) return null;
  const { defaults } = model;
  const side = nativeSideOf(defaults);
  const current = aspectOf(values, side, limit);
  const size = t('composer.summarySize', { width: values.width, height: values.height });

  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={`${t('parameters.size')}: ${current === null ? '' : `${current}, `}${size}`}
        className="inline-flex h-control items-center gap-1.5 rounded-md px-2.5 text-soft hover:bg-hover hover:text-ink data-popup-open:bg-hover"
      >
        <AspectGlyph ratio={values.width / values.height} />
        <span className="numerals">{current ?? size}</span>
        <ChevronDown size={13} className="text-faint" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" align="start" sideOffset={6} className="z-60">
          <Menu.Popup className="popup min-w-44 p-1">
            <Menu.RadioGroup
              value={current ?? ''}
              onValueChange={(aspect: (typeof ASPECTS)[number]) =>
                update((before) => withSize(before, sizeForAspect(aspect, side, limit), defaults))
              }
            >
              {ASPECTS.map((aspect) => {
                const preset = sizeForAspect(aspect, side, limit);
                return (
                  <Menu.RadioItem
                    key={aspect}
                    value={aspect}
                    aria-label={t('parameters.aspect', { aspect, ...preset })}
                    closeOnClick
                    className="numerals flex items-center gap-2 rounded-sm px-2 py-1.5 outline-none select-none data-highlighted:bg-hover"
                  >
                    <span className="text-soft">
                      <AspectGlyph ratio={ratioOf(aspect)} />
                    </span>
                    <span className="w-9">{aspect}</span>
                    <span className="text-xs text-faint">{t('composer.summarySize', preset)}</span>
                    <Menu.RadioItemIndicator className="ml-auto text-accent-ink">
                      <Check size={14} />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                );
              })}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
