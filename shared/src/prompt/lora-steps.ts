/**
 * During which steps a LoRA counts: `start=`, `stop=` and `step=from-to` in its tag.
 *
 * @source the WebUI extension LoRA Block Weight for whole numbers; shares of the steps are ours, as in prompt schedules
 */

/** A step counted from 1, or a share of the steps. */
export interface StepMark {
  readonly unit: 'step' | 'share';
  readonly value: number;
}

export interface StepRange {
  /** The first step it counts at, or the share of the steps it leaves out first; null = from the beginning. */
  readonly start: StepMark | null;
  /** The first step it does not count at any more, or the share of the steps it ends after; null = to the end. */
  readonly stop: StepMark | null;
}

const NUMBER = /^\d+(\.\d*)?$|^\.\d+$/;

/**
 * @returns null when none of them is there; `unread` where one is no number
 */
export function readStepRange(parts: {
  readonly step?: string | undefined;
  readonly start?: string | undefined;
  readonly stop?: string | undefined;
}): StepRange | null | 'unread' {
  const [first, last, ...rest] = parts.step?.split('-').map((part) => part.trim()) ?? [];
  if (rest.length > 0 || (parts.step !== undefined && last === undefined)) return 'unread';
  const start = first ?? parts.start?.trim();
  const stop = last ?? parts.stop?.trim();
  if (start === undefined && stop === undefined) return null;
  const written = [start, stop].filter((text) => text !== undefined);
  if (!written.every((text) => NUMBER.test(text))) return 'unread';
  // In `0.2-1` the 1 is all of the steps and not the first one.
  const hasShares = written.some((text) => text.includes('.'));
  const read = (text: string | undefined): StepMark | null => {
    if (text === undefined) return null;
    const value = Number(text);
    return { unit: hasShares && value <= 1 ? 'share' : 'step', value };
  };
  return { start: read(start), stop: read(stop) };
}

/**
 * Whether it counts at a step.
 *
 * @param step from 1
 * @param steps how many there are
 */
export function countsAtStep({ start, stop }: StepRange, step: number, steps: number): boolean {
  return (start === null || step >= firstStep(start, steps)) && (stop === null || step < firstStep(stop, steps));
}

/** Shares are cut to whole steps, as in schedules, so that a text and a LoRA change together. */
const firstStep = ({ unit, value }: StepMark, steps: number): number =>
  unit === 'step' ? value : Math.floor(value * steps) + 1;
