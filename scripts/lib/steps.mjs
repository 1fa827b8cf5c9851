/**
 * Runs a list of checks and test projects, two at a time, and adds up what passed and failed.
 *
 * A check counts as one; a vitest project counts its tests. A tool that ends badly without naming a failed test counts
 * as one failure, so nothing that went wrong can add up to zero.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { dim, formatDuration, green, lastLines, red, runTool } from './console.mjs';
import { ROOT } from './workspace.mjs';

const REPORTS = join(ROOT, '.easel', 'test');
const reportFile = (project) => join(REPORTS, `${project}.json`);

/** A vitest project as a step. `isLive` prints a line for each finished test file: for steps that take minutes. */
export const vitestStep = (project, { isLive = false, env, only = [] } = {}) => ({
  name: project,
  isLive,
  env,
  project,
  args: [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...only,
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile(project)}`,
  ],
});

/** Without the lines of a stack that lie in other people's code. */
const withoutOthers = (stack) => stack.replaceAll(/^ +at .*node_modules.*\n?/gm, '');

/** What one vitest report adds up to, and a line or more for each failure. */
export function readReport(report) {
  const failures = [];
  let passed = 0;
  let skipped = 0;
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed')
        failures.push(`${test.fullName}\n${withoutOthers(test.failureMessages.join('\n'))}`);
      else skipped++;
    }
    // A file that could not be loaded has no tests to fail.
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
      failures.push(`${file.name}\n${file.message ?? ''}`);
    }
  }
  return { passed, failed: failures.length, skipped, failures };
}

function countStep(step, result) {
  const isGood = result.code === 0;
  const asOne = {
    passed: isGood ? 1 : 0,
    failed: isGood ? 0 : 1,
    skipped: 0,
    failures: isGood ? [] : [lastLines(result.output, 60)],
  };
  if (step.project === undefined) return asOne;
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile(step.project), 'utf8'));
  } catch (error) {
    return {
      ...asOne,
      passed: 0,
      failed: 1,
      failures: [`no report was written (${error.message})\n${lastLines(result.output)}`],
    };
  }
  const counts = readReport(report);
  if (!isGood && counts.failed === 0) return { ...counts, failed: 1, failures: [lastLines(result.output, 60)] };
  return counts;
}

const indent = (text) => text.replaceAll(/^/gm, '    ');

function reportStep(step, counts, durationMs) {
  const mark = counts.failed === 0 ? green('✓') : red('✗');
  const tests =
    step.project === undefined
      ? ''
      : ` ${counts.passed} passed${counts.failed > 0 ? `, ${counts.failed} failed` : ''}${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`;
  console.log(`${mark} ${step.name}${tests} ${dim(`(${formatDuration(durationMs)})`)}`);
  for (const failure of counts.failures) console.log(indent(failure));
  if (counts.failed > 0 && step.hint) console.log(`    ${step.hint}`);
}

async function runStep(step) {
  if (step.project !== undefined) {
    mkdirSync(REPORTS, { recursive: true });
    rmSync(reportFile(step.project), { force: true });
  }
  const onLine = step.isLive && ((line) => /^\s*[✓❯×]/.test(line) && console.log(dim(`  ${step.name} ${line.trim()}`)));
  const result = await runTool(null, step.args, {
    cwd: ROOT,
    env: { NO_COLOR: '1', FORCE_COLOR: undefined, ...step.env },
    onLine,
  });
  const counts = countStep(step, result);
  reportStep(step, counts, result.durationMs);
  return counts;
}

/**
 * Runs lanes side by side; the steps of one lane run one after the other.
 *
 * @returns totals over all steps
 */
export async function runLanes(lanes) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts) => {
    for (const key of Object.keys(total)) total[key] += counts[key];
  };
  await Promise.all(
    lanes.map(async (lane) => {
      for (const step of lane) add(await runStep(step));
    }),
  );
  return total;
}

/** The closing line, and the exit code that goes with it. */
export function closeWith({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed === 0 ? 0 : 1;
}
