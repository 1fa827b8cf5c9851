/** Which of the weight files in a network's folder to read: people keep several variants beside each other. */

export interface WeightChoice {
  /** The file with everything; where nothing is there, the one that should be. */
  readonly file: string;
  /** The list of shards, where it comes in several files. */
  readonly index: string | null;
}

/** What a variant is called between stem and ending; the plain one is what diffusers reads unless told otherwise. */
const VARIANTS = ['', 'fp16', 'bf16', 'fp32', 'non_ema', 'ema'];
const INDEX_ENDING = '.index.json';

/**
 * Safetensors before pickles, the plain variant before the others, one file before shards.
 *
 * @param names of the files in the folder
 */
export function chooseWeights(component: string, names: readonly string[]): WeightChoice {
  const isText = component.startsWith('text_encoder');
  const forms = [
    { stem: isText ? 'model' : 'diffusion_pytorch_model', ending: '.safetensors' },
    { stem: isText ? 'pytorch_model' : 'diffusion_pytorch_model', ending: '.bin' },
  ];
  const there = new Set(names);
  for (const variant of VARIANTS) {
    const mark = variant === '' ? '' : `.${variant}`;
    for (const { stem, ending } of forms) {
      const file = `${stem}${mark}${ending}`;
      if (there.has(file)) return { file, index: null };
      // The mark stands before or behind the ending, by the age of the program that wrote it.
      const index = [`${stem}${mark}${ending}${INDEX_ENDING}`, `${stem}${ending}.index${mark}.json`].find((name) =>
        there.has(name),
      );
      if (index !== undefined) return { file, index };
    }
  }
  const [{ stem, ending }] = forms as [{ stem: string; ending: string }];
  return { file: `${stem}${ending}`, index: null };
}
