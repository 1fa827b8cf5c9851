/**
 * Runs golden cases wherever they lie on disk. Knows no kind of case: `kinds/index.ts` is the table, and a case is
 * given to a kind by its `run` (or by its `case` name where there is no `run`), never by its numbers.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { GoldenCase, type CaseJson } from './case.ts';
import { failed, unknown, type Check } from './compare.ts';
import type { Kind } from './kinds/types.ts';

export interface GoldenReport {
  passed: number;
  failed: number;
  unknown: number;
  /** What was found, case by case, in the order of the run. */
  readonly cases: readonly CaseResult[];
}

export interface CaseResult {
  /** The last two parts of the path, e.g. `samplers/k-euler`. */
  readonly name: string;
  /** case.json as far as it could be read. */
  readonly json: CaseJson;
  readonly checks: readonly Check[];
  /** Expected tensors that no check has looked at, but for those its kind leaves out with a reason. */
  readonly unread: readonly string[];
}

/** Folders with a case.json at or below a path, in alphabetical order. @throws when the path holds none */
export function findCases(path: string): string[] {
  const start = resolve(path);
  if (!existsSync(start)) throw new Error(`${path}: there is no such file or folder`);
  if (!statSync(start).isDirectory()) {
    if (basename(start) !== 'case.json') throw new Error(`${path}: not a case.json and not a folder`);
    return [dirname(start)];
  }
  const found: string[] = [];
  const walk = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (entries.some((entry) => entry.name === 'case.json')) found.push(folder);
    for (const entry of entries) if (entry.isDirectory()) walk(join(folder, entry.name));
  };
  walk(start);
  return found;
}

/** The kind a case belongs to, or undefined. The longest matching beginning wins among kinds found by name. */
function kindOf(golden: GoldenCase, kinds: readonly Kind[]): Kind | undefined {
  const { run, case: name, files } = golden.json;
  if (run === null) return files === undefined ? undefined : kinds.find((kind) => kind.run === 'manifests');
  if (run !== undefined) return kinds.find((kind) => kind.run === run);
  if (name === undefined) return undefined;
  return kinds
    .filter((kind) => kind.run.includes('/') && name.startsWith(kind.run))
    .toSorted((a, b) => b.run.length - a.run.length)[0];
}

const number = (value: number): string => (Number.isNaN(value) ? '-' : value === 0 ? '0' : value.toExponential(2));

function lineOf(golden: string, check: Check): string {
  if (check.status === 'unknown') return `unknown ${golden}/${check.name}: ${check.note ?? ''}`;
  const word = check.status === 'pass' ? 'pass' : 'FAIL';
  const note = check.note === undefined ? '' : `  ${check.note}`;
  return `${word} ${golden}/${check.name} ${number(check.error)} ${number(check.bound)}${note}`;
}

/** Runs every case under the given paths; `print` gets one line per check and the closing lines. */
export async function runGolden(
  paths: readonly string[],
  kinds: readonly Kind[],
  print: (line: string) => void,
): Promise<GoldenReport> {
  const cases: CaseResult[] = [];
  const report = { passed: 0, failed: 0, unknown: 0, cases };
  for (const folder of new Set(paths.flatMap(findCases))) {
    const result = await checkFolder(folder, kinds);
    cases.push(result);
    for (const check of result.checks) {
      if (check.status === 'pass') report.passed++;
      else if (check.status === 'fail') report.failed++;
      else report.unknown++;
      print(lineOf(result.name, check));
    }
    if (result.unread.length > 0) print(`unread ${result.name}: ${result.unread.join(', ')}`);
  }
  print(`${report.passed} passed, ${report.failed} failed`);
  if (report.unknown > 0) print(`${report.unknown} unknown`);
  return report;
}

async function checkFolder(folder: string, kinds: readonly Kind[]): Promise<CaseResult> {
  const fallback = `${basename(dirname(folder))}/${basename(folder)}`;
  let golden: GoldenCase;
  try {
    golden = new GoldenCase(folder);
  } catch (error) {
    return { name: fallback, json: {}, checks: [failed('case.json', String(error))], unread: [] };
  }
  const { name, json } = golden;
  const kind = kindOf(golden, kinds);
  if (kind === undefined) {
    const label = json.run ?? json.case ?? '(none)';
    return { name, json, checks: [unknown(label, `unknown kind ${label}`)], unread: [] };
  }
  try {
    const checks = await kind.check(golden);
    const unread = golden.unread.filter((tensor) => kind.leaves?.some((each) => each.name.test(tensor)) !== true);
    return { name, json, checks: checks.length > 0 ? checks : [failed(kind.run, 'nothing was checked')], unread };
  } catch (error) {
    // A case that cannot be run is a miss of that case; the others still tell their own story.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name, json, checks: [failed(kind.run, text)], unread: [] };
  }
}
