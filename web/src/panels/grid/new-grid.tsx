/** The form of a grid: three axes, how many pictures they make and how long that takes, and the button. */
import { AXIS_NAMES } from '@easel/shared/grid/expand';
import { ArrowUpDown, Grid3x3, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useCatalogue, useModels } from '../../api/catalogue.ts';
import { submitGrid, useGridEstimate } from '../../api/grids.ts';
import { Button } from '../../components/button.tsx';
import { FieldsSkeleton } from '../../components/fields-skeleton.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { firstWords, formatDuration } from '../../lib/format.ts';
import { modelOf, requestOf, valuesOf } from '../../lib/form.ts';
import { readersOf } from '../../lib/options.ts';
import { describeProblem } from '../../lib/problem.ts';
import { useForm } from '../../state/form.ts';
import { openGrid } from '../../state/view.ts';
import { AxisRow } from './axis-row.tsx';
import { gridRequestOf, readAxes, swapAxes, usedAxes, useGridForm, type AxisDraft } from './grid-form.ts';
import { useWords } from './use-words.ts';

import type { CatalogueView } from '@easel/shared/http/catalogue';
import type { ModelList } from '@easel/shared/http/models';

export function NewGrid() {
  const models = useModels();
  const catalogue = useCatalogue();
  return models && catalogue ? <Form models={models} catalogue={catalogue} /> : <FieldsSkeleton />;
}

function Form({ models, catalogue }: { models: ModelList; catalogue: CatalogueView }) {
  const { g } = useWords();
  const form = useForm((state) => state.values);
  const axes = useGridForm((state) => state.axes);
  const [isSending, setIsSending] = useState(false);
  const [sent, setSent] = useState<{ refusal: Error; request: string } | null>(null);

  const model = modelOf(form, models);
  const request = requestOf(form, model, readersOf(form, model, catalogue, models));
  const { readings, count, problem } = readAxes(axes, request, catalogue);
  const grid = count === null ? null : gridRequestOf(request, axes);
  const { estimate, refusal: checked, isCurrent } = useGridEstimate(grid);
  const wanted = JSON.stringify(grid);
  // What was said of other values is over.
  const refusal = sent?.request === wanted ? sent.refusal : checked;
  const places = refusedPlaces(refusal, axes);

  const start = async (): Promise<void> => {
    if (grid === null || isSending) return;
    setIsSending(true);
    try {
      openGrid((await submitGrid(grid)).id);
    } catch (thrown) {
      setSent({ refusal: thrown instanceof Error ? thrown : new Error(String(thrown)), request: wanted });
    } finally {
      setIsSending(false);
    }
  };

  return (
    <section aria-label={g('form.title')} className="rounded-xl border border-line bg-surface p-4 phone:p-3">
      <h2 className="panel-title">{g('form.title')}</h2>
      <p className="pt-0.5 text-faint">{g('page.intro')}</p>
      <Base />
      <div className="flex flex-col gap-1 pt-2">
        {AXIS_NAMES.map((name, place) => (
          <div key={name} className="flex flex-col gap-1">
            <AxisRow
              place={place}
              name={name}
              axis={axes[place] as AxisDraft}
              reading={readings[place] ?? { labels: null, problem: null }}
              refusal={places.includes(place) ? refusal : null}
              onSubmit={() => void start()}
            />
            {place < AXIS_NAMES.length - 1 && (
              <IconButton
                look="small"
                label={g('form.swap', { one: name, other: AXIS_NAMES[place + 1] ?? '' })}
                icon={<ArrowUpDown size={13} />}
                disabled={
                  (place === 0 && axes[1]?.type === '') || (axes[place]?.type === '' && axes[place + 1]?.type === '')
                }
                onClick={() => swapAxes(place)}
                className="-ml-0.5 self-start"
              />
            )}
          </div>
        ))}
      </div>
      {refusal !== null && places.length === 0 && <Refused refusal={refusal} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pt-3">
        <Button
          look="primary"
          icon={isSending ? <LoaderCircle size={16} className="animate-spin" /> : <Grid3x3 size={16} />}
          aria-busy={isSending}
          disabled={grid === null || (isCurrent && refusal !== null)}
          onClick={() => void start()}
          className="h-9 px-4 phone:h-11 phone:w-full"
        >
          {isSending ? g('form.sending') : count === null ? g('form.startNone') : g('form.start', { count })}
        </Button>
        <p role="status" className="numerals text-faint">
          {problem !== null ? (
            <span className="text-danger">
              {g(`reason.${problem.reason}`, { got: problem.got, limit: problem.limit })}
            </span>
          ) : (
            count !== null &&
            refusal === null && (
              <Total
                lengths={lengthsOf(axes, readings)}
                durationMs={isCurrent ? (estimate?.durationMs ?? null) : null}
                isCurrent={isCurrent}
              />
            )
          )}
        </p>
      </div>
    </section>
  );
}

/** Places in the form of the axes that a refusal names; the server counts only axes that are used. */
function refusedPlaces(refusal: Error | null, axes: readonly AxisDraft[]): number[] {
  if (refusal === null || !('details' in refusal)) return [];
  const { field } = refusal.details as { field?: unknown };
  const index = typeof field === 'string' ? /^axes\.(\d)\./.exec(field)?.[1] : undefined;
  const place = index === undefined ? undefined : usedAxes(axes)[Number(index)]?.place;
  return place === undefined ? [] : [place];
}

const lengthsOf = (axes: readonly AxisDraft[], readings: ReturnType<typeof readAxes>['readings']): number[] =>
  usedAxes(axes).map(({ place }) => readings[place]?.labels?.length ?? 0);

/** What all cells have in common, in a line. */
function Base() {
  const { t } = useTranslation();
  const { g } = useWords();
  const form = useForm((state) => state.values);
  const models = useModels();
  const model = models && modelOf(form, models);
  const values = valuesOf(form, model);
  const facts = [
    firstWords(form.prompt, 90) || g('base.noPrompt'),
    model?.name,
    values && t('composer.summarySize', { width: values.width, height: values.height }),
    values && t('composer.summarySteps', { count: values.steps }),
  ].filter((fact) => typeof fact === 'string');
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-2 text-soft">
      <span className="numerals min-w-0 break-words">{facts.join(' · ')}</span>
      <button
        type="button"
        onClick={() => openGrid(null)}
        className="min-h-6 text-xs text-soft underline decoration-edge underline-offset-2 hover:text-ink phone:min-h-11"
      >
        {g('base.edit')}
      </button>
    </p>
  );
}

function Total({
  lengths: [columns = 1, rows = 1, layers],
  durationMs,
  isCurrent,
}: {
  lengths: readonly number[];
  durationMs: number | null;
  isCurrent: boolean;
}) {
  const { g, language } = useWords();
  const shape =
    layers === undefined ? g('form.total', { columns, rows }) : g('form.totalDeep', { columns, rows, layers });
  const time = durationMs === null ? g('form.checked') : g('form.time', { time: formatDuration(durationMs, language) });
  return <>{[shape, isCurrent ? time : g('form.checking')].join(' · ')}</>;
}

function Refused({ refusal }: { refusal: Error }) {
  const { t } = useTranslation();
  const { g, language } = useWords();
  const problem = describeProblem(refusal, t, language);
  return (
    <div className="pt-3">
      <Notice
        tone="danger"
        title={`${g('form.refused')}: ${problem.title}`}
        message={language === 'en' ? problem.message : null}
        hint={problem.hint}
      />
    </div>
  );
}
