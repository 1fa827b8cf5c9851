import { describe, expect, it } from 'vitest';

import { jobOf, modelJobOf } from '../../test/support/samples.ts';
import { announcementOf } from './announce.ts';
import { endedTodayOf, foldGrids, fractionOf, percentOf, picturesOf, runningOf, waitingOf } from './progress.ts';

import type { JobProgress, JobView } from '@easel/shared/http/jobs';

const at = (step: number, image = 0, count = 1): JobProgress => ({
  step,
  steps: 20,
  image,
  count,
  activity: 'sampling',
  etaMs: null,
});
const running = (progress: JobProgress): JobView => jobOf({ state: 'running', progress });

describe('progress', () => {
  it('runs over all pictures of a job', () => {
    expect(fractionOf(at(10))).toBe(0.5);
    expect(fractionOf(at(10, 1, 4))).toBe(0.375);
    expect(fractionOf(null)).toBe(0);
  });

  it('of a model file runs over its bytes, and is nothing until they are known', () => {
    expect(percentOf(modelJobOf().progress)).toBe(75);
    expect(fractionOf({ doneBytes: 0, totalBytes: 0, activity: 'reading', etaMs: null })).toBe(0);
  });

  it('says 100 % only at the end', () => {
    expect(percentOf(at(19))).toBe(95);
    expect(percentOf({ ...at(150), steps: 151 })).toBe(99);
  });
});

describe('what is said aloud', () => {
  it('is the start, each quarter once, and the end', () => {
    const states = [
      jobOf(),
      running(at(0)),
      ...Array.from({ length: 20 }, (_, index) => running(at(index + 1))),
      jobOf({ state: 'done', images: ['one'] }),
    ];
    const said = states.map((job, index) => announcementOf(states[index - 1], job)).filter((news) => news !== null);
    expect(said).toEqual([
      { kind: 'queued' },
      { kind: 'started' },
      { kind: 'quarter', percent: 25 },
      { kind: 'quarter', percent: 50 },
      { kind: 'quarter', percent: 75 },
      { kind: 'finished', count: 1 },
    ]);
  });

  it('of a model file ends with the file', () => {
    const result = { file: 'large-fp16.safetensors', sizeBytes: 4e9, tensors: 1131, notes: [] };
    expect(announcementOf(modelJobOf(), modelJobOf({ state: 'done', result }))).toEqual({ kind: 'made' });
  });

  it('is not "queued" again when a job goes back to the queue', () => {
    expect(announcementOf(running(at(3)), jobOf())).toBeNull();
  });
});

describe('the queue', () => {
  it('runs work on model files, which is no picture in the making', () => {
    const jobs = [modelJobOf(), jobOf()];
    expect(runningOf(jobs)?.id).toBe('work');
    expect(runningOf(picturesOf(jobs))).toBeUndefined();
  });

  it('lists the waiting in their order and today’s ended latest first', () => {
    const jobs = [
      jobOf({ id: 'b', position: 1 }),
      jobOf({ id: 'a', position: 0 }),
      jobOf({ id: 'early', state: 'done', endedAt: '2026-11-23T09:00:00.000Z' }),
      jobOf({ id: 'late', state: 'failed', endedAt: '2026-11-23T11:00:00.000Z' }),
      jobOf({ id: 'old', state: 'done', endedAt: '2026-11-20T11:00:00.000Z' }),
    ];
    expect(waitingOf(jobs).map((job) => job.id)).toEqual(['a', 'b']);
    expect(endedTodayOf(jobs, new Date('2026-11-23T12:00:00.000Z')).map((job) => job.id)).toEqual(['late', 'early']);
  });
});

describe('cells of a grid in a list of jobs', () => {
  it('are one, which says how many more there are', () => {
    const jobs = [jobOf({ id: 'a' }), jobOf({ id: 'b', grid: 'g' }), jobOf({ id: 'c', grid: 'g' }), jobOf({ id: 'd' })];
    expect(foldGrids(jobs).map(({ job, more }) => [job.id, more])).toEqual([
      ['a', 0],
      ['b', 1],
      ['d', 0],
    ]);
  });
});
