/**
 * A session of a network in two parts (graph/split.ts): the part that lasts runs when its inputs change and what it gave
 * is kept, the rest runs every time. To its users it is the session of the whole, and gives the same numbers.
 */
import type { GraphModel } from '../graph/model.ts';
import type { Feeds, MemoryForm, Results, Session, StartSession, TypedTensor } from '../graph/session.ts';

/** Inputs of a network that change with the text and with what is used beside the checkpoint, but not from step to step. */
const OF_TEXT = /^(context|vector)$|^(adapter|hypernetwork):/;
export const isOfText = (input: string): boolean => OF_TEXT.test(input);

/** Both sides of guidance, and prompts that change on the way. */
const MOST_KEPT = 8;
/** Enough for the two sides of an SDXL picture with long prompts; beyond it two stay, and more where they are small. */
const KEPT_BYTES = 256 << 20;
const LEAST_KEPT = 2;

interface Kept {
  readonly feeds: Feeds;
  readonly results: Results;
  readonly bytes: number;
}

/** @param parts outputs of `lasting` are inputs of `rest` */
export async function startLastingSession(
  { lasting, rest }: { readonly lasting: GraphModel; readonly rest: GraphModel },
  startSession: StartSession,
  memory: MemoryForm,
): Promise<Session> {
  const first = await startSession(lasting, memory);
  try {
    return new LastingSession(first, await startSession(rest, memory));
  } catch (thrown) {
    await first.release();
    throw thrown;
  }
}

class LastingSession implements Session {
  /** The least recently used comes first. */
  #kept: Kept[] = [];

  constructor(
    private readonly lasting: Session,
    private readonly rest: Session,
  ) {}

  get name(): string {
    return this.rest.name;
  }

  get residentBytes(): number {
    const kept = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0);
    return this.lasting.residentBytes + this.rest.residentBytes + kept;
  }

  get inputs(): readonly string[] {
    const between = new Set(this.lasting.outputs);
    return [...new Set([...this.rest.inputs.filter((name) => !between.has(name)), ...this.lasting.inputs])];
  }

  get outputs(): readonly string[] {
    return this.rest.outputs;
  }

  async run(feeds: Feeds, fetch?: readonly string[]): Promise<Results> {
    const told = await this.#lastingResults(pick(feeds, this.lasting.inputs));
    return this.rest.run({ ...pick(feeds, this.rest.inputs), ...told }, fetch);
  }

  async release(): Promise<void> {
    this.#kept = [];
    await this.lasting.release();
    await this.rest.release();
  }

  async #lastingResults(feeds: Feeds): Promise<Results> {
    const known = this.#kept.find((kept) => areEqual(kept.feeds, feeds));
    if (known !== undefined) {
      this.#kept = [...this.#kept.filter((kept) => kept !== known), known];
      return known.results;
    }
    const results = await this.lasting.run(feeds);
    const bytes = Object.values(results).reduce((sum, { data }) => sum + data.byteLength, 0);
    const kept = [...this.#kept, { feeds, results, bytes }].slice(-MOST_KEPT);
    while (kept.length > LEAST_KEPT && kept.reduce((sum, each) => sum + each.bytes, 0) > KEPT_BYTES) kept.shift();
    this.#kept = kept;
    return results;
  }
}

function pick(feeds: Feeds, names: readonly string[]): Feeds {
  const picked: Record<string, TypedTensor> = {};
  for (const name of names) {
    const value = feeds[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** Whether a network is told the same. Feeds are never changed after they were given, so most are equal at a glance. */
function areEqual(a: Feeds, b: Feeds): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => b[name] !== undefined && areEqualTensors(a[name] as TypedTensor, b[name]))
  );
}

function areEqualTensors(a: TypedTensor, b: TypedTensor): boolean {
  if (a.shape.length !== b.shape.length || a.shape.some((extent, axis) => extent !== b.shape[axis])) return false;
  if (a.data === b.data) return true;
  if (a.data.length !== b.data.length) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
}
