/** One axis of the form: what it changes, its values, and what they come to as they stand. */
import { AXES, axisRow } from '@easel/shared/grid/axes';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { useCatalogue } from '../../api/catalogue.ts';
import { useModelLibrary } from '../../api/models.ts';
import { stylesQuery } from '../../api/styles.ts';
import { GrowingText } from '../../components/growing-text.tsx';
import { SearchSelect } from '../../components/search-select.tsx';
import { describeProblem } from '../../lib/problem.ts';
import { useForm } from '../../state/form.ts';
import { changeAxis, DRAWN, problemOf, type AxisDraft, type AxisReading } from './grid-form.ts';
import { useAxisName, useWords } from './use-words.ts';
import { choicesOf, loraNames } from './value-choices.ts';
import { ValuePicker } from './value-picker.tsx';

const MOST_SHOWN = 24;

interface AxisRowProps {
  /** 0 to 2. */
  place: number;
  name: string;
  axis: AxisDraft;
  reading: AxisReading;
  /** What the server said of this axis; null = nothing. */
  refusal: Error | null;
  onSubmit: () => void;
}

export function AxisRow({ place, name, axis, reading, refusal, onSubmit }: AxisRowProps) {
  const { g, language } = useWords();
  const axisName = useAxisName();
  const catalogue = useCatalogue();
  const { list } = useModelLibrary();
  const styles = useQuery(stylesQuery).data?.map((style) => style.name) ?? [];
  const id = `grid-axis-${place}`;
  const statusId = `${id}-status`;
  const row = axisRow(axis.type);
  const types = AXES.filter(
    ({ group, id: type }) => group !== 'options' || catalogue?.options.some((option) => option.id === type) === true,
  ).map((each) => ({ value: each.id, label: axisName(each.id), aside: g(`group.${each.group}`) }));
  // The first axis is what makes a grid.
  const choices = place === 0 ? types : [{ value: '', label: g('form.none') }, ...types];
  const files = list?.models ?? [];
  const listed = row && catalogue ? choicesOf(axis.type, { catalogue, models: files, styles }, language) : null;
  const isWrong = reading.problem !== null || refusal !== null;

  return (
    <fieldset
      data-axis={name}
      className="grid min-w-0 grid-cols-[1.25rem_minmax(0,15rem)_minmax(0,1fr)] items-start gap-x-3 gap-y-1 phone:grid-cols-[1.25rem_minmax(0,1fr)] phone:gap-y-2"
    >
      <legend className="sr-only">{g('form.axis', { name })}</legend>
      <span aria-hidden className="pt-1.5 font-serif text-lg font-semibold text-faint">
        {name}
      </span>
      <div className="flex min-w-0 flex-col gap-2">
        <SearchSelect
          id={id}
          label={g('form.type', { name })}
          value={axis.type}
          choices={choices}
          placeholder={g('form.search')}
          empty={g('form.noMatch')}
          onChange={(type) => changeAxis(place, { type })}
        />
        {row?.value.kind === 'lora' && <LoraName place={place} name={name} axis={axis} />}
      </div>
      {row !== undefined && (
        <div className="min-w-0 phone:col-start-2">
          <div className="flex items-start gap-1.5">
            <GrowingText
              value={axis.values}
              aria-label={g('form.values', { name })}
              aria-invalid={isWrong}
              aria-describedby={statusId}
              placeholder={hintOf(row.value.kind, g)}
              spellCheck={false}
              autoCapitalize="off"
              onChange={(event) => changeAxis(place, { values: event.target.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
                event.preventDefault();
                onSubmit();
              }}
              className="min-h-control rounded-md border border-edge bg-raised px-2.5 py-1.25 hover:border-faint aria-invalid:border-danger phone:py-2.5"
            />
            {listed !== null && (
              <ValuePicker
                label={g('form.chooseFor', { name })}
                title={g('form.chooseTitle', { axis: axisName(axis.type) })}
                choices={listed}
                text={axis.values}
                onChange={(values) => changeAxis(place, { values })}
              />
            )}
          </div>
          <Status id={statusId} axis={axis} reading={reading} refusal={refusal} />
        </div>
      )}
    </fieldset>
  );
}

function hintOf(kind: string, g: ReturnType<typeof useWords>['g']): string {
  switch (kind) {
    case 'number':
    case 'seed':
    case 'size':
    case 'text':
    case 'search':
    case 'order':
    case 'lora':
    case 'toggle':
      return g(`hint.${kind}`);
    default:
      return g('hint.choice');
  }
}

/** Values as they are understood, or what is wrong with them. */
function Status({ id, axis, reading, refusal }: Pick<AxisRowProps, 'axis' | 'reading' | 'refusal'> & { id: string }) {
  const { t } = useTranslation();
  const { g, language } = useWords();
  const problem = reading.problem ?? (refusal && problemOf(refusal));
  if (problem) {
    return (
      <p id={id} role="status" className="pt-1 text-xs text-danger">
        {g(`reason.${problem.reason}`, { got: problem.got, limit: problem.limit })}
      </p>
    );
  }
  if (refusal !== null) {
    const told = describeProblem(refusal, t, language);
    return (
      <p id={id} role="status" className="pt-1 text-xs text-danger">
        {`${language === 'en' && told.message !== null ? told.message : told.title} ${told.hint}`}
      </p>
    );
  }
  const kind = axisRow(axis.type)?.value.kind;
  const about = kind === 'search' ? g('about.search') : kind === 'order' ? g('about.order') : '';
  if (reading.labels === null) {
    return (
      <p id={id} role="status" className="min-h-5 pt-1 text-xs text-faint">
        {about}
      </p>
    );
  }
  const words = reading.labels.slice(0, MOST_SHOWN).map((label) => {
    if (label === '') return g('form.nothing');
    return kind === 'seed' && label === DRAWN ? g('form.drawn') : label;
  });
  if (reading.labels.length > MOST_SHOWN) words.push('…');
  const joined = words.join(kind === 'order' ? ' · ' : ', ');
  return (
    <p id={id} role="status" className="numerals line-clamp-3 pt-1 text-xs break-words text-faint">
      {g('form.count', { count: reading.labels.length, values: joined })}
    </p>
  );
}

function LoraName({ place, name, axis }: Pick<AxisRowProps, 'place' | 'name' | 'axis'>) {
  const { g } = useWords();
  const { list } = useModelLibrary();
  const prompt = useForm((state) => state.values.prompt);
  const names = loraNames(prompt, list?.models ?? []);
  if (axis.name !== '' && !names.includes(axis.name)) names.unshift(axis.name);
  return (
    <SearchSelect
      id={`grid-lora-${place}`}
      label={g('form.lora', { name })}
      value={axis.name}
      choices={[
        ...(axis.name === '' ? [{ value: '', label: g('form.loraPlaceholder') }] : []),
        ...names.map((each) => ({ value: each, label: each })),
      ]}
      placeholder={g('form.search')}
      empty={g('form.noMatch')}
      onChange={(lora) => changeAxis(place, { name: lora })}
    />
  );
}
