/** What the file was found to be, by which evidence, and a person's word against it. */
import { PREDICTIONS } from '@easel/shared/checkpoint';

import { useCatalogue } from '../../api/catalogue.ts';
import { SelectField } from '../../components/select-field.tsx';
import { toast } from '../../lib/toast.ts';
import { evidenceIn } from './evidence.ts';
import { Section } from './section.tsx';
import { useChange } from './use-change.ts';
import { useWords } from './use-words.ts';

import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import type { ModelDetail } from '@easel/shared/http/model-details';

interface Finding {
  key: keyof CheckpointOverrides;
  name: string;
  help: string;
  choices: readonly { value: string; label: string }[];
  /** What the file says; null where it says nothing that is known. */
  found: string | null;
  evidence: string | null;
  /** What a person says. */
  said: string | null;
  /** A choice as it is sent. */
  read: (value: string) => CheckpointOverrides;
}

/** Stands for "as found" in the list of choices. */
const AS_FOUND = 'as-found';

export function Findings({ model }: { model: ModelDetail }) {
  const { m } = useWords();
  const { detection, overrides } = model;
  const families = useCatalogue()?.families ?? [];
  const findings: Finding[] = [
    {
      key: 'family',
      name: m('findings.family'),
      help: m('findings.helpFamily'),
      choices: families.map(({ id, label }) => ({ value: id, label })),
      found: detection?.family.value ?? null,
      evidence: detection?.family.evidence ?? null,
      said: overrides.family ?? null,
      read: (family) => ({ family }),
    },
    {
      key: 'prediction',
      name: m('findings.prediction'),
      help: m('findings.helpPrediction'),
      choices: PREDICTIONS.map((value) => ({ value, label: m(`findings.${value}`) })),
      found: detection?.prediction.value ?? null,
      evidence: detection?.prediction.evidence ?? null,
      said: overrides.prediction ?? null,
      read: (value) => ({ prediction: value === 'v' ? 'v' : 'epsilon' }),
    },
    {
      key: 'zeroTerminalSnr',
      name: m('findings.zeroTerminalSnr'),
      help: m('findings.helpZero'),
      choices: (['yes', 'no'] as const).map((value) => ({ value, label: m(`findings.${value}`) })),
      found: detection === null ? null : detection.zeroTerminalSnr.value ? 'yes' : 'no',
      evidence: detection?.zeroTerminalSnr.evidence ?? null,
      said: overrides.zeroTerminalSnr === undefined ? null : overrides.zeroTerminalSnr ? 'yes' : 'no',
      read: (value) => ({ zeroTerminalSnr: value === 'yes' }),
    },
  ];
  return (
    <Section title={m('findings.title')} lead={m('findings.lead')}>
      {findings.map((finding) => (
        <FindingField key={finding.key} model={model} finding={finding} />
      ))}
    </Section>
  );
}

function FindingField({ model, finding }: { model: ModelDetail; finding: Finding }) {
  const { m, language } = useWords();
  const { change } = useChange(model.id);
  const { key, found, said, evidence, choices } = finding;
  const labelOf = (value: string | null): string =>
    choices.find((choice) => choice.value === value)?.label ?? value ?? m('findings.unknown');
  const correct = async (value: string): Promise<void> => {
    const { [key]: _, ...others } = model.overrides;
    const overrides: CheckpointOverrides =
      value === AS_FOUND || value === found ? others : { ...others, ...finding.read(value) };
    if ((await change({ overrides })) && overrides[key] !== undefined) toast.success(m('findings.corrected'));
  };
  const reason = evidence === null ? null : evidenceIn(language, evidence);
  return (
    <div>
      <SelectField
        id={`finding-${key}`}
        name={finding.name}
        help={finding.help}
        value={said ?? AS_FOUND}
        choices={[
          { value: AS_FOUND, label: m('findings.detected', { value: labelOf(found) }) },
          ...choices.filter(({ value }) => value !== found || value === said),
        ]}
        placeholder={labelOf(found)}
        isChanged={said !== null}
        defaultText={labelOf(found)}
        onReset={() => void correct(AS_FOUND)}
        onChange={(value) => void correct(value)}
      />
      {reason !== null && (
        <p lang={reason.isEnglish ? 'en' : undefined} className="mt-1 text-xs break-words text-faint">
          {said === null
            ? m('findings.because', { evidence: reason.text })
            : m('findings.found', { value: labelOf(found), evidence: reason.text })}
        </p>
      )}
    </div>
  );
}
