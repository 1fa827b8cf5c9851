import { describe, expect, it } from 'vitest';

import { MODELS } from '../../../test/support/samples.ts';
import { sift, type Sieve } from './sift.ts';

import type { ModelView } from '@easel/shared/http/models';

const [SAMPLE] = MODELS.models as [ModelView];
const model = (id: string, more: Partial<ModelView>): ModelView => ({ ...SAMPLE, id, name: id, ...more });
const models = [
  model('b10', { sizeBytes: 10, modifiedAt: '2026-01-01T00:00:00Z', notes: 'Ölbilder von Häusern' }),
  model('B2', { sizeBytes: 30, modifiedAt: '2026-03-01T00:00:00Z', family: 'xl', familyLabel: 'Stable Diffusion XL' }),
  model('a', {
    sizeBytes: 20,
    modifiedAt: '2026-02-01T00:00:00Z',
    kind: 'vae',
    family: null,
    hashes: { sha256: 'abcdef', autoV2: 'abc', autoV3: null, short: null },
  }),
];
const idsOf = (sieve: Partial<Sieve>): string[] =>
  sift(models, { query: '', family: null, kind: null, order: 'byName', ...sieve }).map(({ id }) => id);

describe('the list of models', () => {
  it('is ordered by name as people count, by date or by size', () => {
    expect(idsOf({})).toEqual(['a', 'B2', 'b10']);
    expect(idsOf({ order: 'byDate' })).toEqual(['B2', 'a', 'b10']);
    expect(idsOf({ order: 'bySize' })).toEqual(['B2', 'a', 'b10']);
  });

  it('holds what has all words, anywhere in names, notes, words and hashes', () => {
    expect(idsOf({ query: 'HÄUSERN öl' })).toEqual(['b10']);
    expect(idsOf({ query: 'xl' })).toEqual(['B2']);
    expect(idsOf({ query: 'abcde' })).toEqual(['a']);
    expect(idsOf({ query: 'abcde nothing' })).toEqual([]);
  });

  it('holds one family or one kind', () => {
    expect(idsOf({ family: 'xl' })).toEqual(['B2']);
    expect(idsOf({ kind: 'vae' })).toEqual(['a']);
  });
});
