/** The columns of the database as kysely sees them; migrations/ makes them. JSON columns are text, claims are 0 or 1. */
import type { Generated } from 'kysely';

export interface JobTable {
  /** Order of arrival; survives a clock that jumps. */
  rank: Generated<number>;
  id: string;
  type: string;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** Resolved parameters, JSON. */
  parameters: string;
  /** Who asked, for the log: `web`, `sdapi`. */
  origin: string;
  attempt: number;
  /** WireError, JSON. */
  error: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export interface ImageTable {
  rank: Generated<number>;
  id: string;
  job_id: string;
  image_index: number;
  /** Below the outputs folder, forward slashes. */
  file: string;
  /** Below the thumbnails folder; null when it could not be made. */
  thumbnail: string | null;
  width: number;
  height: number;
  size_bytes: number;
  prompt: string;
  /** What a search looks in, folded by services/search-text.ts. */
  search_text: string;
  /** Of this one picture, JSON. */
  parameters: string;
  infotext: string;
  created_at: string;
  /** When it went to the bin; null = it did not. */
  deleted_at: string | null;
  /** 1 = the file is not where it belongs. */
  is_missing: Generated<number>;
}

export interface ModelTable {
  /** Below models/checkpoints, forward slashes, with extension. */
  path: string;
  size_bytes: number;
  mtime_ms: number;
  /** What made the inspection: another engine may know more. */
  examiner: string | null;
  /** CheckpointInspection, JSON. */
  inspection: string | null;
  /** WireError, JSON. */
  error: string | null;
  sha256: string | null;
}

export interface MetaTable {
  key: string;
  value: string;
}

export interface Tables {
  jobs: JobTable;
  images: ImageTable;
  models: ModelTable;
  meta: MetaTable;
}
