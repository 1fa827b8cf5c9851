import type { JobView } from '@easel/shared/http/jobs';
import { describe, expect, it } from 'vitest';

import { Events } from './events.ts';

const job = (id: string): JobView => ({ id }) as JobView;
const numbers = (events: Events, from: number): number[] | undefined =>
  events.since(events.epoch, from)?.map(({ payload }) => payload.sequence);

describe('Events', () => {
  it('numbers what is published and hands it to every listener', () => {
    const events = new Events();
    const heard: string[] = [];
    events.subscribe(({ name, payload }) => heard.push(`${name} ${payload.sequence}`));
    const end = events.subscribe(() => heard.push('other'));
    events.publish('models:changed', {});
    end();
    events.publish('image:deleted', { id: 'x' });
    expect(heard).toEqual(['models:changed 1', 'other', 'image:deleted 2']);
  });

  it('tells somebody who was away exactly what came after, and nothing when nothing did', () => {
    const events = new Events();
    for (let index = 0; index < 5; index += 1) events.publish('models:changed', {});
    expect(numbers(events, 3)).toEqual([4, 5]);
    expect(numbers(events, 5)).toEqual([]);
    expect(numbers(events, 0)).toEqual([1, 2, 3, 4, 5]);
  });

  it('asks for a snapshot when it cannot know: another epoch, no number, a number from the future', () => {
    const events = new Events();
    events.publish('models:changed', {});
    expect(events.since('another', 1)).toBeNull();
    expect(events.since(events.epoch, undefined)).toBeNull();
    expect(events.since(events.epoch, 2)).toBeNull();
  });

  it('keeps only the newest progress of each job, so that a long job does not push everything else out', () => {
    const events = new Events();
    events.publish('job:queued', { job: job('a') });
    for (let index = 0; index < 5000; index += 1) events.publish('job:progress', { job: job('a') });
    events.publish('job:progress', { job: job('b') });
    expect(numbers(events, 0)).toEqual([1, 5001, 5002]);
  });

  it('forgets by age, and knows what it has forgotten', () => {
    const events = new Events();
    for (let index = 0; index < 2100; index += 1) events.publish('models:changed', {});
    expect(events.since(events.epoch, 99)).toBeNull();
    expect(numbers(events, 100)).toHaveLength(2000);
  });
});
