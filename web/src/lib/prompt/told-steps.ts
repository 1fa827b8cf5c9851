/** A timeline as a person reads it: which text is told at which looks of the network, the first counted as 1. */
import { entryAt } from '@easel/shared/prompt/schedule';

export interface ToldSteps {
  readonly from: number;
  readonly to: number;
  /** Index of the text. */
  readonly text: number;
}

/** Neighbouring looks at the same text are one. The engine asks for its entry in the same way. */
export function toldSteps(
  timeline: readonly { readonly end: number; readonly text: number }[],
  evaluations: number,
): ToldSteps[] {
  const told: { from: number; to: number; text: number }[] = [];
  for (let evaluation = 0; evaluation < evaluations; evaluation++) {
    const { text } = entryAt(timeline, evaluation);
    const last = told.at(-1);
    if (last?.text === text) last.to = evaluation + 1;
    else told.push({ from: evaluation + 1, to: evaluation + 1, text });
  }
  return told;
}
