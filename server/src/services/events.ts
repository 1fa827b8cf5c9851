/**
 * The hub through which services tell what happened. It numbers events within one epoch (one server process) and keeps
 * the latest, so that a client that was away gets what it missed. It knows no socket; sockets/ subscribes to it.
 */
import { randomUUID } from 'node:crypto';

import type { Preview, ServerToClientEvents } from '@easel/shared/socket';

/** Events that carry a number; previews and the snapshot do not. */
export type NumberedName = Exclude<keyof ServerToClientEvents, 'snapshot' | 'job:preview'>;

type WithoutSequence<T> = T extends unknown ? Omit<T, 'sequence'> : never;

/** What {@link Events.publish} takes for a name: the payload without its number. */
export type EventBody<N extends NumberedName> = WithoutSequence<Parameters<ServerToClientEvents[N]>[0]>;

/** One numbered event as it goes to clients. */
export type StudioEvent = {
  [N in NumberedName]: { readonly name: N; readonly payload: Parameters<ServerToClientEvents[N]>[0] };
}[NumberedName];

/** Events kept for clients that come back. */
const RING_SIZE = 2000;

export class Events {
  /** Changes with every server process: numbers of another epoch mean nothing. */
  readonly epoch = randomUUID();
  #sequence = 0;
  #ring: StudioEvent[] = [];
  /** Highest number that fell out of the ring by age. */
  #forgottenUpTo = 0;
  readonly #listeners = new Set<(event: StudioEvent) => void>();
  readonly #previewListeners = new Set<(preview: Preview) => void>();

  /** Number of the latest event; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Whether anybody would see a preview, so that nobody encodes one for nothing. */
  get hasPreviewListeners(): boolean {
    return this.#previewListeners.size > 0;
  }

  /** Numbers the event, keeps it, hands it to every listener. */
  publish<N extends NumberedName>(name: N, body: EventBody<N>): void {
    this.#sequence += 1;
    const event = { name, payload: { sequence: this.#sequence, ...body } } as unknown as StudioEvent;
    if (event.name === 'job:progress') this.#forgetProgressOf(event.payload.job.id);
    this.#ring.push(event);
    if (this.#ring.length > RING_SIZE) this.#forgottenUpTo = this.#ring.shift()?.payload.sequence ?? 0;
    for (const listener of this.#listeners) listener(event);
  }

  publishPreview(preview: Preview): void {
    for (const listener of this.#previewListeners) listener(preview);
  }

  /**
   * Everything after `sequence`, oldest first; null when it cannot be told any more (another epoch, a number from the
   * future, or too long ago) and a snapshot is needed.
   */
  since(epoch: string | undefined, sequence: number | undefined): StudioEvent[] | null {
    if (epoch !== this.epoch || sequence === undefined || sequence > this.#sequence) return null;
    if (sequence < this.#forgottenUpTo) return null;
    return this.#ring.filter((event) => event.payload.sequence > sequence);
  }

  /** @returns the function that ends the subscription */
  subscribe(listener: (event: StudioEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns the function that ends the subscription */
  subscribePreviews(listener: (preview: Preview) => void): () => void {
    this.#previewListeners.add(listener);
    return () => this.#previewListeners.delete(listener);
  }

  // Only the newest progress of a job matters to somebody who was away, and each holds a whole job view.
  #forgetProgressOf(jobId: string): void {
    this.#ring = this.#ring.filter((event) => event.name !== 'job:progress' || event.payload.job.id !== jobId);
  }
}
