/** Width and height: presets around the model's native size, swap, and exact numbers. */
import { clsx } from 'clsx';
import { ArrowLeftRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { AspectGlyph } from '../../components/aspect-glyph.tsx';
import { Field, nameIdOf } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Tip } from '../../components/tip.tsx';
import { withoutChanges, withSize } from '../../lib/form.ts';
import { ASPECTS, aspectOf, nativeSideOf, ratioOf, sizeForAspect } from '../../lib/sizes.ts';

import type { Parameters } from './use-parameters.ts';

const ID = 'size';

export function SizeField({ model, values, update, set, limitOf, fieldOf }: Parameters) {
  const { t } = useTranslation();
  if (!model?.defaults || !values) return null;
  const { defaults } = model;
  const limit = limitOf('width');
  const side = nativeSideOf(defaults);
  const current = aspectOf(values, side, limit);
  const [width, height] = [fieldOf('width'), fieldOf('height')];

  return (
    <Field
      id={ID}
      isGroup
      name={t('parameters.size')}
      help={t('help.size')}
      isChanged={width.isChanged || height.isChanged}
      defaultText={t('composer.summarySize', defaults)}
      onReset={() => update((before) => withoutChanges(before, ['width', 'height']))}
      error={width.error ?? height.error}
    >
      <div role="group" aria-labelledby={nameIdOf(ID)} className="flex flex-col gap-2">
        <div className="grid grid-cols-7 gap-1 phone:grid-cols-4">
          {ASPECTS.map((aspect) => {
            const preset = sizeForAspect(aspect, side, limit);
            const label = t('parameters.aspect', { aspect, ...preset });
            return (
              <Tip key={aspect} text={label}>
                <button
                  type="button"
                  aria-label={label}
                  aria-pressed={aspect === current}
                  onClick={() => update((before) => withSize(before, preset, defaults))}
                  className={clsx(
                    'numerals flex h-11 min-w-0 flex-col items-center justify-center gap-0.5 rounded-md border text-2xs transition-colors',
                    aspect === current
                      ? 'border-accent bg-accent-wash text-accent-ink'
                      : 'border-transparent text-soft hover:bg-hover hover:text-ink active:bg-press',
                  )}
                >
                  <AspectGlyph ratio={ratioOf(aspect)} />
                  {aspect}
                </button>
              </Tip>
            );
          })}
        </div>
        <div className="flex items-center gap-1">
          <NumberField
            id="width"
            label={t('parameters.width')}
            value={values.width}
            limit={limit}
            isInvalid={width.error !== undefined}
            onChange={(value) => set('width', value)}
            className="flex-1"
          />
          <IconButton
            label={t('parameters.swap')}
            icon={<ArrowLeftRight size={14} />}
            onClick={() =>
              update((before) => withSize(before, { width: values.height, height: values.width }, defaults))
            }
          />
          <NumberField
            id="height"
            label={t('parameters.height')}
            value={values.height}
            limit={limitOf('height')}
            isInvalid={height.error !== undefined}
            onChange={(value) => set('height', value)}
            className="flex-1"
          />
        </div>
      </div>
    </Field>
  );
}
