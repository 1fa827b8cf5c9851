/** Adding up vitest's reports: nothing that went wrong may add up to zero. */
import { describe, expect, it } from 'vitest';

import { readReport } from './steps.mjs';

const file = (status, ...tests) => ({
  name: 'a.test.ts',
  status,
  message: 'the file broke',
  assertionResults: tests.map((each) => ({ status: each, fullName: `is ${each}`, failureMessages: ['because'] })),
});

describe('readReport', () => {
  it('counts passed, failed and skipped tests over all files', () => {
    const report = { testResults: [file('passed', 'passed', 'pending'), file('failed', 'failed', 'passed')] };
    expect(readReport(report)).toEqual({ passed: 2, failed: 1, skipped: 1, failures: ['is failed\nbecause'] });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const counts = readReport({ testResults: [file('failed')] });
    expect(counts.failed).toBe(1);
    expect(counts.failures[0]).toContain('the file broke');
  });

  it('counts a file whose hook failed after its tests passed as a failure', () => {
    expect(readReport({ testResults: [file('failed', 'passed')] })).toMatchObject({ passed: 1, failed: 1 });
  });
});
