import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { MODELS } from '../../../test/support/samples.ts';
import { keys } from '../../api/keys.ts';
import { ModelDetails } from './model-details.tsx';

import type { Language } from '../../lib/languages.ts';
import type { ModelDetail } from '@easel/shared/http/model-details';

const INK: ModelDetail = {
  ...MODELS.models[0]!,
  id: 'lora:ink',
  kind: 'lora',
  name: 'ink',
  fileName: 'ink.safetensors',
  family: null,
  familyLabel: null,
  detection: null,
  conditioning: null,
  defaults: null,
  network: {
    kind: 'locon',
    base: 'sdxl',
    ranks: { least: 4, most: 32 },
    parts: ['unet'],
    vectors: null,
    contextWidth: 2048,
    textWidths: [],
    evidence: 'its cross attention reads text of width 2048',
    triggerWords: ['ink wash'],
    statedHash: null,
    sampling: null,
  },
  beside: { description: null, notes: null, triggerWords: [], baseModel: null, preferredWeight: null },
  detectedDefaults: null,
};

async function show(language: Language): Promise<void> {
  const list = { ...MODELS, models: [...MODELS.models, INK] };
  await renderPart(<ModelDetails id={INK.id} list={list} />, language, [[keys.model(INK.id), INK]]);
}

describe('a LoRA on the models page', () => {
  afterEach(cleanup);

  it('says what it is and by which evidence, with its words; it is no checkpoint to paint or convert', async () => {
    await show('en');
    expect(screen.getByText('SDXL · LoCon · rank 4–32 · U-Net')).toBeTruthy();
    expect(screen.getByText('Evidence: its cross attention reads text of width 2048.')).toBeTruthy();
    expect(screen.getByText('ink wash')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Use this model|default|Convert|Merge/ })).toBeNull();
  });

  it('says so in Chinese', async () => {
    await show('zh-CN');
    expect(screen.getByText('SDXL · LoCon · 秩 4–32 · U-Net')).toBeTruthy();
    expect(screen.getByText('依据：其交叉注意力读取宽度为 2048 的文本')).toBeTruthy();
  });
});
