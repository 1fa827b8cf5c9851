/** Everything a picture was made from, each value to copy or to use. */
import { ClipboardCopy, Copy, CornerUpLeft, Grid3x3 } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useImage } from '../../api/images.ts';
import { useCatalogue, useModels } from '../../api/catalogue.ts';
import { useCommandContext } from '../../commands/context.ts';
import { applyOne, applyPrompts, applySeed, applySize, applyTemplate, copy } from '../../commands/picture.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Tip } from '../../components/tip.tsx';
import { wordsOf } from '../../lib/catalogue-words.ts';
import { formatBytes, formatMoment } from '../../lib/format.ts';
import { printNumber } from '../../lib/numbers.ts';
import { optionWords } from '../../lib/option-words.ts';
import { openGrid } from '../../state/view.ts';

import type { CommandContext } from '../../commands/context.ts';
import type { ImageView } from '@easel/shared/http/images';
import type { OptionId } from '@easel/shared/options/table';
import type { ReactNode } from 'react';

export function PictureDetails({ id }: { id: string }) {
  const { t } = useTranslation();
  const { image, error } = useImage(id);
  if (error && !image) return null;
  return (
    <aside
      aria-label={t('picture.details')}
      className="w-76 shrink-0 overflow-y-auto border-l border-line bg-surface max-w-[30vw] phone:w-full phone:max-w-none phone:overflow-visible phone:border-t phone:border-l-0"
    >
      {image ? <Details image={image} /> : <DetailsSkeleton />}
    </aside>
  );
}

function Details({ image }: { image: ImageView }) {
  const { t } = useTranslation();
  const context = useCommandContext();
  const { parameters, id } = image;
  const names = useNames(image);
  const options = useOptions(image);
  const number = (value: number): string => printNumber(value, context.language);
  const size = t('composer.summarySize', { width: image.width, height: image.height });
  const one = (key: Parameters<typeof applyOne>[0], name: string, text: string) => (
    <Row key={key} name={name} text={text} context={context} onUse={() => void applyOne(key, name, id, context)} />
  );

  return (
    <div className="flex flex-col gap-4 p-4">
      {image.grid !== undefined && (
        <Button icon={<Grid3x3 size={14} />} onClick={() => openGrid(image.grid ?? null)} className="self-start">
          {t('picture.openGrid')}
        </Button>
      )}
      <Words
        name={t('composer.prompt')}
        text={parameters.prompt}
        context={context}
        onUse={() => void applyPrompts(id, context)}
        useLabel={t('picture.usePrompts')}
      />
      {parameters.negativePrompt !== '' && (
        <Words
          name={t('parameters.negativePrompt')}
          text={parameters.negativePrompt}
          context={context}
          onUse={() => void applyOne('negativePrompt', t('parameters.negativePrompt'), id, context)}
          useLabel={t('picture.useOne', { name: t('parameters.negativePrompt') })}
        />
      )}
      {parameters.template !== undefined && (
        <Words
          name={t('picture.template')}
          text={[parameters.template.prompt, ...(parameters.template.styles ?? []).map((name) => `+ ${name}`)].join(
            '\n',
          )}
          context={context}
          onUse={() => void applyTemplate(id, context)}
          useLabel={t('picture.useTemplate')}
        />
      )}
      <dl className="flex flex-col">
        {one('model', t('parameters.model'), names.model)}
        <Row
          name={t('parameters.seed')}
          text={String(parameters.seed)}
          context={context}
          onUse={() => void applySeed(id, context)}
        />
        <Row name={t('parameters.size')} text={size} context={context} onUse={() => void applySize(id, context)} />
        {one('steps', t('parameters.steps'), number(parameters.steps))}
        {one('guidance', t('parameters.guidance'), number(parameters.guidance))}
        {one('sampler', t('parameters.sampler'), names.sampler)}
        {one('schedule', t('parameters.schedule'), names.schedule)}
        {one('clipSkip', t('parameters.clipSkip'), number(parameters.clipSkip))}
        {one('rng', t('parameters.rng'), names.rng)}
        {options.map((option) => one(option.id as OptionId, option.label, option.text))}
      </dl>
      <dl className="flex flex-col border-t border-line pt-3">
        <Row name={t('picture.made')} text={formatMoment(image.createdAt, context.language)} />
        <Row name={t('picture.file')} text={`${image.fileName} · ${formatBytes(image.sizeBytes, context.language)}`} />
      </dl>
      {image.notes.length > 0 && (
        <section aria-label={t('picture.notes')} className="flex flex-col gap-1 border-t border-line pt-3 text-faint">
          <h3 className="text-2xs">{t('picture.notes')}</h3>
          {image.notes.map((note) => (
            <p key={note}>{t(`note.${note}`)}</p>
          ))}
        </section>
      )}
      <Tip text={t('picture.copyInfotextHint')}>
        <Button icon={<ClipboardCopy size={14} />} onClick={() => void copy(image.infotext, context)}>
          {t('picture.copyInfotext')}
        </Button>
      </Tip>
    </div>
  );
}

// Ids in the words the catalogue has for them; the id itself where it has none.
function useNames({ parameters }: ImageView) {
  const { i18n } = useTranslation();
  const catalogue = useCatalogue();
  const models = useModels();
  const label = (
    kind: 'sampler' | 'schedule' | 'rng',
    entries: Parameters<typeof wordsOf>[1][] | undefined,
    id: string,
  ): string => {
    const entry = entries?.find((each) => each.id === id);
    return entry ? wordsOf(kind, entry, i18n.language).label : id;
  };
  return {
    model: models?.models.find((model) => model.id === parameters.model)?.name ?? parameters.model,
    sampler: label('sampler', catalogue?.samplers, parameters.sampler),
    schedule: label('schedule', catalogue?.schedules, parameters.schedule),
    rng: label('rng', catalogue?.rngs, parameters.rng),
  };
}

/** An id without the kind and the folder of another program before it, which say nothing beside a label. */
const withoutKind = (id: string): string => id.replace(/^.*:/, '');

// The options it was made with, as the catalogue has them.
function useOptions({ parameters }: ImageView): { id: string; label: string; text: string }[] {
  const { t, i18n } = useTranslation();
  const catalogue = useCatalogue();
  const models = useModels();
  return (catalogue?.options ?? []).flatMap((option) => {
    const value = parameters[option.id as OptionId];
    if (value === undefined) return [];
    const { label, choices } = optionWords(option, i18n.language);
    const text =
      typeof value === 'number'
        ? printNumber(value, i18n.language)
        : typeof value === 'boolean'
          ? t(value ? 'parameters.on' : 'parameters.off')
          : option.kind === 'model'
            ? (models?.models.find((model) => model.id === value)?.name ?? withoutKind(value))
            : (choices.find((choice) => choice.id === value)?.label ?? value);
    return [{ id: option.id, label, text }];
  });
}

interface WordsProps {
  name: string;
  text: string;
  context: CommandContext;
  onUse: () => void;
  useLabel: string;
}

function Words({ name, text, context, onUse, useLabel }: WordsProps) {
  const { t } = useTranslation();
  return (
    <section aria-label={name}>
      <div className="flex h-7 items-center phone:h-11">
        <h3 className="text-xs font-medium text-faint">{name}</h3>
        <span className="flex-1" />
        <Pair>
          <IconButton
            look="small"
            label={t('picture.copyOne', { name })}
            icon={<Copy size={13} />}
            onClick={() => void copy(text, context)}
          />
          <IconButton look="small" label={useLabel} icon={<CornerUpLeft size={13} />} onClick={onUse} />
        </Pair>
      </div>
      <p className="break-words whitespace-pre-wrap">{text === '' ? t('stage.noPrompt') : text}</p>
    </section>
  );
}

interface RowProps {
  name: string;
  text: string;
  context?: CommandContext;
  onUse?: () => void;
}

function Row({ name, text, context, onUse }: RowProps) {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-7 items-center gap-2 phone:min-h-11">
      <dt className="w-22 shrink-0 text-xs text-faint">{name}</dt>
      <dd className="numerals min-w-0 flex-1 break-words">{text}</dd>
      {context && onUse && (
        <dd className="contents">
          <Pair>
            <IconButton
              look="small"
              label={t('picture.copyOne', { name })}
              icon={<Copy size={13} />}
              onClick={() => void copy(text, context)}
            />
            <IconButton
              look="small"
              label={t('picture.useOne', { name })}
              icon={<CornerUpLeft size={13} />}
              onClick={onUse}
            />
          </Pair>
        </dd>
      )}
    </div>
  );
}

function Pair({ children }: { children: ReactNode }) {
  return <span className="flex shrink-0 items-center">{children}</span>;
}

function DetailsSkeleton() {
  return (
    <div aria-hidden className="flex animate-breathe flex-col gap-3 p-4">
      {[40, 40, 16, 16, 16, 16, 16, 16].map((height, index) => (
        <div key={index} className="rounded-sm bg-hover" style={{ height }} />
      ))}
    </div>
  );
}
