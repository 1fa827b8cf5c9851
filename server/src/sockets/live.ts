/**
 * Events as they happen, over WebSocket only: what a client missed or a snapshot first, then numbered events, and
 * previews that are dropped where the reader is slow. Clients only listen; one that talks is shown out.
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';

import type { ClientToServerEvents, ResumeFrom, ServerToClientEvents } from '@easel/shared/socket';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';

import type { Events, StudioEvent } from '../services/events.ts';
import type { EngineHost } from '../engine-host/engine-host.ts';
import type { JobQueue } from '../services/job-queue.ts';

export interface LiveOptions {
  queue: JobQueue;
  engine: EngineHost;
  events: Events;
  /** Whether this handshake may be answered: its Host and Origin. */
  isAllowed(request: IncomingMessage): boolean;
}

export interface LiveServer {
  close(): Promise<void>;
}

/** Clients send nothing but their heartbeat and the handshake. */
const LARGEST_MESSAGE = 64_000;
/** Jobs in a snapshot. */
const SNAPSHOT_JOBS = 300;
/** Packets that may wait for a slow reader before it is cut off; it comes back and asks for what it missed. */
const MOST_WAITING = 500;

const resumeFrom = z.object({ epoch: z.string().max(100).optional(), sequence: z.number().int().min(0).optional() });

type LiveSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

const send = (socket: LiveSocket, event: StudioEvent): void => {
  // The names and payloads of StudioEvent are those of ServerToClientEvents; the compiler cannot see the pairing.
  (socket.emit as (name: string, payload: unknown) => boolean)(event.name, event.payload);
};

/** Adds the socket to a server that need not listen yet. */
export function openLive(http: HttpServer, { queue, engine, events, isAllowed }: LiveOptions): LiveServer {
  const io = new Server<ClientToServerEvents, ServerToClientEvents>(http, {
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    maxHttpBufferSize: LARGEST_MESSAGE,
    allowRequest: (request, decide) => decide(null, isAllowed(request)),
  });

  const welcome = async (socket: LiveSocket): Promise<void> => {
    const parsed = resumeFrom.safeParse(socket.handshake.auth);
    const from: ResumeFrom = parsed.success ? parsed.data : {};
    const missed = events.since(from.epoch, from.sequence);
    let last = events.sequence;
    if (missed === null) {
      const jobs = await queue.list({ limit: SNAPSHOT_JOBS });
      // What happened while the list was read is sent again below; a client that has it already sees the number.
      socket.emit('snapshot', { epoch: events.epoch, sequence: last, jobs, engine: engine.state });
    } else {
      for (const event of missed) send(socket, event);
    }
    for (const event of events.since(events.epoch, last) ?? []) {
      send(socket, event);
      last = event.payload.sequence;
    }
    if (socket.connected) await socket.join('listening');
  };

  io.on('connection', (socket) => {
    socket.use(() => socket.disconnect(true));
    welcome(socket).catch(() => socket.disconnect(true));
  });

  const endEvents = events.subscribe((event) => {
    for (const socket of io.sockets.sockets.values()) {
      if (!socket.rooms.has('listening')) continue;
      if (waitingPackets(socket) > MOST_WAITING) socket.disconnect(true);
      else send(socket, event);
    }
  });
  let endPreviews: (() => void) | null = null;
  // Previews are encoded only while somebody is here to see them.
  const watchPreviews = (): void => {
    const isWatched = io.sockets.sockets.size > 0;
    if (isWatched && endPreviews === null) {
      endPreviews = events.subscribePreviews(
        (preview) => void io.to('listening').volatile.emit('job:preview', preview),
      );
    } else if (!isWatched && endPreviews !== null) {
      endPreviews();
      endPreviews = null;
    }
  };
  io.on('connection', (socket) => {
    watchPreviews();
    socket.on('disconnect', () => setImmediate(watchPreviews));
  });

  return {
    async close() {
      endEvents();
      endPreviews?.();
      // Not io.close(): the HTTP server is Fastify's to close.
      io.disconnectSockets(true);
      io.engine.close();
      await io.of('/').adapter.close();
    },
  };
}

const waitingPackets = (socket: LiveSocket): number =>
  (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
