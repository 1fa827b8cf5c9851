/**
 * The socket: what the server tells, as it happens. Events go to a listener in order, each once; after a break the
 * server is asked from the last number seen. Not here: what is done with the events (live-cache.ts, app).
 */
import { io, type Socket } from 'socket.io-client';

import type { ClientToServerEvents, ResumeFrom, ServerToClientEvents, Snapshot } from '@easel/shared/socket';

type NumberedName = Exclude<keyof ServerToClientEvents, 'snapshot' | 'job:preview'>;

/** A numbered event with its name, so that one function can take them all. */
export type LiveEvent = {
  [Name in NumberedName]: { name: Name } & Parameters<ServerToClientEvents[Name]>[0];
}[NumberedName];

export interface LiveListener {
  connected: () => void;
  disconnected: () => void;
  /** The state as a whole; `isFirst` is false when it replaces what was known before a longer break. */
  snapshot: (snapshot: Snapshot, isFirst: boolean) => void;
  event: (event: LiveEvent) => void;
  preview: ServerToClientEvents['job:preview'];
}

const NUMBERED: readonly NumberedName[] = [
  'job:queued',
  'job:started',
  'job:progress',
  'job:finished',
  'job:failed',
  'job:cancelled',
  'image:created',
  'image:deleted',
  'image:restored',
  'grid:changed',
  'engine:changed',
  'models:changed',
];

/** Remembers where in the numbered stream this page stands. */
export class LiveCursor {
  #from: ResumeFrom = {};

  get resumeFrom(): ResumeFrom {
    return this.#from;
  }

  /** @returns whether this is the first snapshot of this page */
  takeSnapshot(snapshot: Snapshot): boolean {
    const isFirst = this.#from.epoch === undefined;
    this.#from = { epoch: snapshot.epoch, sequence: snapshot.sequence };
    return isFirst;
  }

  /** @returns whether the event is new; events before the first snapshot or seen before are not */
  takeEvent(sequence: number): boolean {
    if (this.#from.sequence === undefined || sequence <= this.#from.sequence) return false;
    this.#from = { ...this.#from, sequence };
    return true;
  }
}

/** Connects and keeps reconnecting until the returned function is called. */
export function connectLive(listener: LiveListener): () => void {
  const cursor = new LiveCursor();
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
    transports: ['websocket'],
    auth: (give) => give({ ...cursor.resumeFrom }),
    reconnectionDelay: 300,
    reconnectionDelayMax: 3000,
  });
  socket.on('connect', listener.connected);
  socket.on('disconnect', (reason) => {
    listener.disconnected();
    // Shown out by a server for which this page was too slow: socket.io leaves it to us to come back.
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.on('connect_error', listener.disconnected);
  socket.on('snapshot', (snapshot) => listener.snapshot(snapshot, cursor.takeSnapshot(snapshot)));
  socket.on('job:preview', listener.preview);
  for (const name of NUMBERED) {
    socket.on(name, (payload: { sequence: number }) => {
      // TypeScript cannot see that name and payload belong together.
      if (cursor.takeEvent(payload.sequence)) listener.event({ name, ...payload } as LiveEvent);
    });
  }
  // A phone that slept notices its dead socket late; coming back to the page is the moment to look.
  const wake = (): void => {
    if (document.visibilityState === 'visible' && !socket.connected) socket.connect();
  };
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', wake);
  return () => {
    document.removeEventListener('visibilitychange', wake);
    window.removeEventListener('online', wake);
    socket.disconnect();
  };
}
