import type { ModelList } from '@easel/shared/http/models';
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { MODELS } from '../../../test/support/samples.ts';
import { keys } from '../../api/keys.ts';
import { Welcome } from './welcome.tsx';

const HOW_BACK = /The demo model comes back with "git restore models"/;

async function welcomeTo(list: ModelList): Promise<void> {
  const client = await renderPart(<Welcome />);
  await act(async () => void client.setQueryData(keys.models, list));
}

describe('the first page', () => {
  afterEach(cleanup);

  it('says nothing of models where there is one', async () => {
    await welcomeTo(MODELS);
    expect(screen.queryByText('There is no model yet')).toBeNull();
  });

  it('says how the demo model comes back where it was deleted', async () => {
    await welcomeTo({ models: [], defaultModel: null, roots: [] });
    expect(await screen.findByText('There is no model yet')).toBeTruthy();
    expect(screen.getByText(HOW_BACK)).toBeTruthy();
  });

  it('says so too where the files that are left cannot be used', async () => {
    const models = MODELS.models.filter(({ isUsable }) => !isUsable);
    await welcomeTo({ models, defaultModel: null, roots: [] });
    expect(await screen.findByText(/was found but cannot be used/)).toBeTruthy();
    expect(screen.getByText(HOW_BACK)).toBeTruthy();
  });
});
