/**
 * Keeps pipelines resident between jobs, within a memory budget; the least recently used goes first.
 *
 * It counts the bytes the pipelines say they hold. Only one job runs at a time, so eviction never meets a running one.
 */

/** Anything that occupies memory until released. */
export interface Resident {
  /** Bytes held while resident; may grow as parts are loaded on first use. */
  readonly residentBytes: number;
  release(): Promise<void>;
}

export interface PipelineCache<P extends Resident> {
  /**
   * The pipeline under this key, loading it when it is not resident. First makes room for what it is going to take, beyond
   * what it holds already.
   */
  acquire(key: string, neededBytes: number, load: () => Promise<P>): Promise<P>;
  readonly residentBytes: number;
  /** Most that may stay resident. */
  readonly budgetBytes: number;
  readonly keys: readonly string[];
  readonly pipelines: readonly P[];
  releaseAll(): Promise<void>;
}

/**
 * @param budgetBytes most that may stay resident; one pipeline is always kept, even above the budget, because the
 *   running job needs it
 */
export function createPipelineCache<P extends Resident>(budgetBytes: number): PipelineCache<P> {
  // A Map iterates in insertion order; re-inserting on use keeps the least recently used first.
  const resident = new Map<string, P>();
  const held = (): number => [...resident.values()].reduce((sum, pipeline) => sum + pipeline.residentBytes, 0);

  const makeRoom = async (neededBytes: number, kept?: string): Promise<void> => {
    for (const [key, pipeline] of resident) {
      if (held() + neededBytes <= budgetBytes) return;
      if (key === kept) continue;
      resident.delete(key);
      await pipeline.release();
    }
  };

  return {
    budgetBytes,
    async acquire(key, neededBytes, load) {
      const known = resident.get(key);
      if (known !== undefined) {
        resident.delete(key);
        resident.set(key, known);
        await makeRoom(Math.max(0, neededBytes - known.residentBytes), key);
        return known;
      }
      await makeRoom(neededBytes);
      const pipeline = await load();
      resident.set(key, pipeline);
      return pipeline;
    },
    get residentBytes() {
      return held();
    },
    get pipelines() {
      return [...resident.values()];
    },
    get keys() {
      return [...resident.keys()];
    },
    async releaseAll() {
      await makeRoom(Number.POSITIVE_INFINITY);
    },
  };
}
