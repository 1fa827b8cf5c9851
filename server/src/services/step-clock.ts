/** Estimates when a job ends, from the steps it has made so far. Times are passed in. */

/** Steps whose mean is taken: enough to be calm, few enough to notice that something else began to compute. */
const WINDOW = 8;
/** Decoding, in steps, until one has been measured. */
const ASSUMED_DECODE_STEPS = 2;

interface Mark {
  imageIndex: number;
  step: number;
  atMs: number;
}

export class StepClock {
  readonly #steps: number;
  #last: Mark | null = null;
  #durations: number[] = [];
  #decodeMs: number | null = null;

  constructor(steps: number) {
    this.#steps = steps;
  }

  /** A step is finished (0 = the picture begins). */
  step(imageIndex: number, step: number, atMs: number): void {
    const last = this.#last;
    if (last !== null && last.imageIndex === imageIndex && last.step < step && last.step > 0) {
      this.#durations.push((atMs - last.atMs) / (step - last.step));
      if (this.#durations.length > WINDOW) this.#durations.shift();
    }
    if (last === null || last.imageIndex !== imageIndex || last.step !== step) this.#last = { imageIndex, step, atMs };
  }

  /** The picture has arrived. */
  image(imageIndex: number, atMs: number): void {
    const last = this.#last;
    if (last !== null && last.imageIndex === imageIndex && last.step === this.#steps) this.#decodeMs = atMs - last.atMs;
  }

  /**
   * Milliseconds until the last picture arrives; null until a step has been timed.
   *
   * @param step finished steps of the current picture
   * @param pictures still to arrive, the current one included
   */
  remainingMs(step: number, pictures: number): number | null {
    if (this.#durations.length === 0) return null;
    const stepMs = this.#durations.reduce((sum, duration) => sum + duration, 0) / this.#durations.length;
    const decodeMs = this.#decodeMs ?? ASSUMED_DECODE_STEPS * stepMs;
    const current = (this.#steps - step) * stepMs + decodeMs;
    return Math.round(current + (pictures - 1) * (this.#steps * stepMs + decodeMs));
  }
}
