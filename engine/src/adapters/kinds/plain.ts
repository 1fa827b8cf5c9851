/** Changes without a product: whole differences, those of norms, and IA3's factors. */
import { fitted, part, type AdapterKind } from '../types.ts';

export const full: AdapterKind = {
  id: 'full',
  label: 'Full difference',
  matches: (leaves) => leaves.has('difference'),
  change: (numbers, base) => fitted(part(numbers, 'difference').data, base),
};

export const norm: AdapterKind = {
  id: 'norm',
  label: 'Norm difference',
  matches: (leaves) => leaves.has('normWeight'),
  change: (numbers, base) => fitted(part(numbers, 'normWeight').data, base),
};

/** Rows, or columns where `on_input` says so, times factors: W + W w. */
export const ia3: AdapterKind = {
  id: 'ia3',
  label: 'IA3',
  matches: (leaves) => leaves.has('factor') && leaves.has('onInput'),
  change(numbers, base) {
    const { data } = part(numbers, 'factor');
    const isOnInput = part(numbers, 'onInput').data[0] === 1;
    const [to = 1, from = 1] = base.shape;
    const behind = base.data.length / to;
    const cells = behind / from;
    if (data.length !== (isOnInput ? from : to)) throw new RangeError(`it has ${data.length} factors`);
    return base.data.map((value, i) => {
      const index = isOnInput ? Math.floor(i / cells) % from : Math.floor(i / behind);
      return value * (data[index] as number);
    });
  },
};
