import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { jobOf, modelJobOf } from '../../../test/support/samples.ts';
import { QueueRow } from './queue-row.tsx';

const SLOW_MS = 20_000;

describe('a row of the queue', { timeout: 2 * SLOW_MS }, () => {
  afterEach(cleanup);

  it('of a picture is called by its prompt, and gives its settings', async () => {
    await renderPart(<QueueRow job={jobOf()} />);
    expect(screen.getByText('a lake, 湖')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Use the settings of “a lake, 湖”' })).toBeTruthy();
  });

  it('of work on a model says what is made of what, and how far it is; it can be cancelled', async () => {
    await renderPart(<QueueRow job={modelJobOf()} />);
    const title = 'Convert large to large-fp16';
    expect(screen.getByText(title)).toBeTruthy();
    expect(screen.getByText(/^75 % · .* · Writing$/)).toBeTruthy();
    expect(screen.getByRole('button', { name: `Cancel “${title}”` })).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Use the settings/ })).toBeNull();
  });

  it('of finished work has what there is to say', async () => {
    const result = { file: 'x.safetensors', sizeBytes: 1, tensors: 1, notes: ['2 tensors were left out.'] };
    const endedAt = '2026-11-23T10:05:00.000Z';
    await renderPart(<QueueRow job={modelJobOf({ state: 'done', progress: null, result, endedAt })} />);
    expect(screen.getByText(/^Done · .* · 2 tensors were left out\.$/)).toBeTruthy();
  });
});
