/**
 * Real-time events, the same two interfaces at both ends (socket.io, websocket transport only).
 *
 * Each event but previews carries a sequence number within an epoch (one server process). On connect a client gives
 * the last it saw in the handshake's `auth` ({@link ResumeFrom}); it gets what it missed, or a fresh snapshot.
 */
import type { GridSummary } from './http/grids.ts';
import type { EngineState } from './http/health.ts';
import type { ImageSummary } from './http/images.ts';
import type { JobView } from './http/jobs.ts';

export interface ResumeFrom {
  epoch?: string;
  sequence?: number;
}

export interface Snapshot {
  epoch: string;
  sequence: number;
  /** Queued and running jobs, then the latest ended ones. */
  jobs: JobView[];
  engine: EngineState;
}

export interface Numbered {
  sequence: number;
}

export interface Preview {
  jobId: string;
  imageIndex: number;
  step: number;
  steps: number;
  mime: string;
  bytes: ArrayBuffer;
}

export interface ServerToClientEvents {
  snapshot: (snapshot: Snapshot) => void;
  'job:queued': (event: Numbered & { job: JobView }) => void;
  'job:started': (event: Numbered & { job: JobView }) => void;
  'job:progress': (event: Numbered & { job: JobView }) => void;
  'job:preview': (event: Preview) => void;
  'job:finished': (event: Numbered & { job: JobView }) => void;
  'job:failed': (event: Numbered & { job: JobView }) => void;
  'job:cancelled': (event: Numbered & { job: JobView }) => void;
  'image:created': (event: Numbered & { image: ImageSummary }) => void;
  'image:deleted': (event: Numbered & { id: string }) => void;
  'image:restored': (event: Numbered & { image: ImageSummary }) => void;
  /** A grid is accepted, one of its cells is over, or it is over itself. */
  'grid:changed': (event: Numbered & { grid: GridSummary }) => void;
  'engine:changed': (event: Numbered & { engine: EngineState }) => void;
  'models:changed': (event: Numbered) => void;
}

/** Clients only listen; everything they want to change goes over HTTP. */
export type ClientToServerEvents = Record<never, never>;
