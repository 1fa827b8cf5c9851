import { beforeEach, describe, expect, it, vi } from 'vitest';

import { EMPTY_FORM } from './form.ts';

const store = async () => {
  vi.resetModules();
  return (await import('../state/form.ts')).useForm;
};

describe('the form in local storage', () => {
  beforeEach(() => localStorage.clear());

  it('is there again after a reload', async () => {
    const useForm = await store();
    useForm.getState().update((values) => ({ ...values, prompt: 'a lake', changes: { steps: 30 }, seed: 7 }));
    expect((await store()).getState().values).toMatchObject({ prompt: 'a lake', changes: { steps: 30 }, seed: 7 });
  });

  it.each(['', 'null', '[]', '{', '"text"', '{"version":1}', '{"version":99,"prompt":"x"}'])(
    'is empty where %j stands in it',
    async (garbage) => {
      localStorage.setItem('easel.form', garbage);
      expect((await store()).getState().values).toEqual(EMPTY_FORM);
    },
  );

  it('keeps what fits beside what does not', async () => {
    const stored = {
      version: 1,
      prompt: 'kept',
      seed: 'x',
      count: -3,
      changes: { steps: 'many', guidance: 5.5, rng: 'dice' },
    };
    localStorage.setItem('easel.form', JSON.stringify(stored));
    expect((await store()).getState().values).toEqual({ ...EMPTY_FORM, prompt: 'kept', changes: { guidance: 5.5 } });
  });
});
