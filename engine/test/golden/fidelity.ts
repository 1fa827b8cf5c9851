/**
 * The table of docs/fidelity.md: for every case its reference with version, the largest error and the bound.
 *
 * Written from what the runner has just found, so it cannot say more than was measured.
 */
import type { Check } from './compare.ts';
import type { CaseResult, GoldenReport } from './runner.ts';

/** Packages named in a row, if the case has them: the first that its reference text names, else torch. */
const PACKAGES = [
  'k-diffusion',
  'diffusers',
  'ftfy',
  'transformers',
  'torchsde',
  'open_clip',
  'open_clip_torch',
  'numpy',
];
/** Characters of a reference; the rest stands in case.json. */
const LONGEST_REFERENCE = 90;

const HEADER = `# Fidelity

How far Easel's numbers are from those of the reference implementations. Made by the golden runner, do not edit:

    npm run golden -- FOLDER ... --report docs/fidelity.md

where the folders hold cases of the oracle scripts (fixtures/golden has the part that the tests run). A row is a case, which
is one or many comparisons; it shows the one that came nearest to its bound. Errors of latents, pictures and network outputs
are the largest difference divided by the standard deviation of the reference's output; those of tables are relative to the
value; counts and integers must agree exactly, pictures of 8 bits within 1. The bounds stand in the cases, each with its
reason.
`;

/** @param report what {@link runGolden} gave */
export function fidelityPage(report: GoldenReport): string {
  const groups = new Map<string, CaseResult[]>();
  for (const result of report.cases) {
    const group = result.name.split('/')[0] as string;
    groups.set(group, [...(groups.get(group) ?? []), result]);
  }
  const parts = [HEADER, summary(groups), ...[...groups].map(([name, cases]) => section(name, cases)), missing(report)];
  return parts.filter(Boolean).join('\n');
}

function summary(groups: ReadonlyMap<string, readonly CaseResult[]>): string {
  const rows = [...groups].map(([name, cases]) => {
    const checks = cases.flatMap((each) => each.checks);
    const count = (status: Check['status']): string => String(checks.filter((check) => check.status === status).length);
    return [name, String(cases.length), count('pass'), count('fail'), count('unknown')];
  });
  return table(['Group', 'Cases', 'Passed', 'Failed', 'Not run'], rows);
}

function section(group: string, cases: readonly CaseResult[]): string {
  const sorted = cases.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rows = sorted.flatMap((result) => {
    const ran = result.checks.filter((check) => check.status !== 'unknown');
    const isGood = ran.every((check) => check.status === 'pass');
    // Pictures of 8 bits are off by 0 or 1, which tells less than the latents they come from.
    const telling = isGood ? ran.filter((check) => check.bound !== 1) : ran;
    const worst = (telling.length > 0 ? telling : ran).toSorted((a, b) => severity(b) - severity(a))[0];
    if (worst === undefined) return [];
    const passed = ran.filter((check) => check.status === 'pass').length;
    return [
      [
        result.name.slice(group.length + 1),
        referenceOf(result),
        isGood ? String(ran.length) : `**${passed} of ${ran.length}**`,
        `${number(worst.error)} (${worst.name})`,
        number(worst.bound),
      ],
    ];
  });
  return `## ${group}\n\n${table(['Case', 'Reference', 'Checks', 'Largest error', 'Bound'], rows)}`;
}

/** Everything that was not run, each with its reason. */
function missing({ cases }: GoldenReport): string {
  const rows = cases.flatMap(({ name, checks }) =>
    checks.filter((check) => check.status === 'unknown').map((check) => [`${name}/${check.name}`, check.note ?? '']),
  );
  return rows.length === 0 ? '' : `## Not run\n\n${table(['Case', 'Why'], rows)}`;
}

function referenceOf({ json: { reference = '', versions = {} } }: CaseResult): string {
  const text = reference.split(/[;\n]/)[0] as string;
  const short = text.length > LONGEST_REFERENCE ? `${text.slice(0, LONGEST_REFERENCE - 1).trimEnd()}…` : text;
  const name = PACKAGES.find((each) => versions[each] !== undefined && reference.includes(each)) ?? 'torch';
  const version = versions[name];
  return version === undefined ? short : `${short} [${name} ${version}]`;
}

function severity({ error, bound }: Check): number {
  if (Number.isNaN(error)) return Infinity;
  return bound > 0 ? error / bound : error > 0 ? Infinity : 0;
}

const number = (value: number): string =>
  Number.isNaN(value) ? 'none' : Number.isInteger(value) ? String(value) : value.toExponential(1);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
