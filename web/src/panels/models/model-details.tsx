/** Everything about one model, and what can be done with it. */
import { ArrowLeft, Check, FileCog, GitMerge, ImagePlus, ImageMinus, Star, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useCatalogue } from '../../api/catalogue.ts';
import { useModelDetail } from '../../api/models.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { formatBytes } from '../../lib/format.ts';
import { modelOf, withModel } from '../../lib/form.ts';
import { describeProblem, describeStored } from '../../lib/problem.ts';
import { useIsPhone } from '../../lib/use-media.ts';
import { toast } from '../../lib/toast.ts';
import { useForm } from '../../state/form.ts';
import { openModel } from '../../state/view.ts';
import { ConvertDialog } from './convert-dialog.tsx';
import { FileFacts } from './file-facts.tsx';
import { Findings } from './findings.tsx';
import { MergeDialog } from './merge-dialog.tsx';
import { ModelBadges } from './model-badges.tsx';
import { ModelPicture } from './model-picture.tsx';
import { NetworkFacts } from './network-facts.tsx';
import { OwnDefaults } from './own-defaults.tsx';
import { PicturePicker } from './picture-picker.tsx';
import { useChange } from './use-change.ts';
import { useWords } from './use-words.ts';
import { Notes, TriggerWords } from './words-and-notes.tsx';

import type { ModelDetail } from '@easel/shared/http/model-details';
import type { ModelList } from '@easel/shared/http/models';

interface ModelDetailsProps {
  id: string;
  list: ModelList;
}

export function ModelDetails({ id, list }: ModelDetailsProps) {
  const { m, language } = useWords();
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const { model, error } = useModelDetail(id);
  const problem = error && describeProblem(error, t, language);
  return (
    <aside
      aria-label={m('details.title', { name: model?.name ?? id })}
      className="flex w-104 max-w-[42vw] shrink-0 flex-col border-l border-line bg-surface phone:w-full phone:max-w-none phone:border-l-0"
    >
      <div className="flex h-11 shrink-0 items-center gap-1 pr-2 pl-4 phone:h-13 phone:pl-1">
        {isPhone && (
          <IconButton label={m('details.back')} icon={<ArrowLeft size={17} />} onClick={() => openModel('')} />
        )}
        <h2 className="panel-title min-w-0 flex-1 truncate">{model?.name ?? id}</h2>
        {!isPhone && <IconButton label={m('details.back')} icon={<X size={16} />} onClick={() => openModel('')} />}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        {problem && <EmptyState icon={<X size={28} />} title={problem.title} hint={problem.hint} />}
        {model && !problem && <Known model={model} list={list} />}
      </div>
    </aside>
  );
}

/** A file that cannot be read at all is what it is; one of unknown kind may be told. */
const canBeCorrected = ({ isAvailable, detection, overrides, reason }: ModelDetail): boolean =>
  isAvailable &&
  (detection !== null ||
    Object.keys(overrides).length > 0 ||
    ['model_unsupported', 'model_incomplete', 'model_unexpected'].includes(reason?.code ?? ''));

function Known({ model, list }: { model: ModelDetail; list: ModelList }) {
  const isCheckpoint = model.kind === 'checkpoint';
  return (
    <>
      <Head model={model} list={list} />
      <NetworkFacts model={model} />
      {isCheckpoint && canBeCorrected(model) && <Findings model={model} />}
      {isCheckpoint && <OwnDefaults model={model} models={list.models} />}
      <TriggerWords model={model} />
      <Notes model={model} />
      <FileFacts model={model} />
    </>
  );
}

const stemOf = (fileName: string): string => fileName.replace(/\.(safetensors|ckpt|pth?|bin|png|webp)$/i, '');

function Head({ model, list }: { model: ModelDetail; list: ModelList }) {
  const { m, language } = useWords();
  const { t } = useTranslation();
  const { makeDefault } = useChange(model.id);
  const [dialog, setDialog] = useState<'convert' | 'merge' | null>(null);
  const form = useForm((state) => state.values);
  const update = useForm((state) => state.update);
  const limits = useCatalogue()?.limits;
  const inUse = modelOf(form, list)?.id === model.id;
  const isDefault = list.defaultModel === model.id;
  // Only checkpoints paint.
  const isPainter = model.isUsable && model.kind === 'checkpoint';
  const widthLimit = limits?.['width'];
  const use = (): void => {
    if (widthLimit) update((values) => withModel(values, modelOf(values, list), model, widthLimit));
    openModel(null);
  };
  const facts = [
    model.familyLabel ?? m(`kind.${model.kind}`),
    formatBytes(model.sizeBytes, language),
    ...(model.root === null ? [] : [m('details.fromRoot', { root: model.root })]),
  ];
  const problem = model.reason && describeStored(model.reason, t, language);
  return (
    <div className="flex flex-col gap-3 px-4 pb-4">
      <Picture model={model} />
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="numerals text-xs text-soft">{facts.join(' · ')}</span>
        <ModelBadges model={model} isDefault={isDefault} />
      </div>
      {problem && model.reason?.code !== 'model_pending' && (
        <Notice
          tone={model.isAvailable ? 'danger' : 'warn'}
          title={problem.title}
          message={problem.message}
          messageLanguage={language === 'en' ? undefined : 'en'}
          hint={problem.hint}
        />
      )}
      {model.kind !== 'checkpoint' && (
        <p className="break-words text-soft">{m(`uses.${model.kind}`, { name: stemOf(model.fileName) })}</p>
      )}
      <div className="flex flex-wrap gap-2">
        {isPainter && (
          <Button look="primary" icon={inUse ? <Check size={15} /> : undefined} onClick={use}>
            {m(inUse ? 'details.used' : 'details.use')}
          </Button>
        )}
        {isPainter && !isDefault && (
          <Button
            icon={<Star size={14} />}
            onClick={() => void makeDefault().then((isDone) => isDone && toast.success(m('details.isDefault')))}
          >
            {m('details.makeDefault')}
          </Button>
        )}
        {isPainter && (
          <Button icon={<FileCog size={14} />} onClick={() => setDialog('convert')}>
            {m('details.convert')}
          </Button>
        )}
        {isPainter && (
          <Button icon={<GitMerge size={14} />} onClick={() => setDialog('merge')}>
            {m('details.merge')}
          </Button>
        )}
      </div>
      <ConvertDialog
        model={model}
        models={list.models}
        isOpen={dialog === 'convert'}
        onClose={() => setDialog(null)}
        onShow={openModel}
      />
      <MergeDialog
        first={model.id}
        models={list.models}
        isOpen={dialog === 'merge'}
        onClose={() => setDialog(null)}
        onShow={openModel}
      />
    </div>
  );
}

function Picture({ model }: { model: ModelDetail }) {
  const { m } = useWords();
  const { choosePicture } = useChange(model.id);
  const [isChoosing, setIsChoosing] = useState(false);
  const isChosen = model.preview?.startsWith('chosen-') === true;
  return (
    <div className="relative overflow-hidden rounded-lg">
      <ModelPicture
        model={model}
        alt={m('picture.of', { name: model.name })}
        className={model.preview === null ? 'h-28 w-full' : 'aspect-4/3 w-full'}
      />
      <span className="absolute right-2 bottom-2 flex gap-1 rounded-md bg-raised p-0.5 shadow-low">
        <IconButton
          label={m(model.preview === null ? 'picture.choose' : 'picture.change')}
          icon={<ImagePlus size={16} />}
          onClick={() => setIsChoosing(true)}
        />
        {isChosen && (
          <IconButton
            label={m('picture.remove')}
            icon={<ImageMinus size={16} />}
            onClick={() => void choosePicture(null)}
          />
        )}
      </span>
      <PicturePicker
        name={model.name}
        isOpen={isChoosing}
        onClose={() => setIsChoosing(false)}
        onChoose={(image) => {
          setIsChoosing(false);
          void choosePicture(image);
        }}
      />
    </div>
  );
}
