/** The columns of the database as kysely sees them; migrations/ makes them. JSON columns are text, claims are 0 or 1. */
import type { ModelKind } from '@easel/shared/http/models';
import type { Generated } from 'kysely';

export interface JobTable {
  /** Order of arrival; survives a clock that jumps. */
  rank: Generated<number>;
  id: string;
  type: string;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** Resolved parameters, JSON. */
  parameters: string;
  /** The texts of each picture, JSON; null where they are those of the parameters. */
  drawn: string | null;
  /** Who asked, for the log: `web`, `sdapi`. */
  origin: string;
  attempt: number;
  /** WireError, JSON. */
  error: string | null;
  /** ModelWorkResult, JSON; null of jobs that make pictures. */
  result: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  /** Of a cell: its grid, and its place in it. */
  grid_id: string | null;
  grid_index: number | null;
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
  /** PictureNote[], JSON. */
  notes: Generated<string>;
  /** Of a sheet: the grid it shows. */
  grid_id: string | null;
}

export interface GridTable {
  rank: Generated<number>;
  id: string;
  /** GridRequest, JSON; seeds that were left open are drawn. */
  request: string;
  /** ShownAxis[], JSON. */
  axes: string;
  cells: number;
  is_cancelled: Generated<number>;
  /** Id of a picture. */
  sheet: string | null;
  /** WireError, JSON. */
  error: string | null;
  created_at: string;
  ended_at: string | null;
}

export interface ModelFileTable {
  /** Name of an extra root; '' = the own models folder. */
  root: string;
  /** Below the root, forward slashes, with extension; absolute where a root names a folder elsewhere. */
  path: string;
  /** As clients name it; kept for when the root cannot be reached. */
  id: string;
  kind: ModelKind;
  is_folder: number;
  size_bytes: number;
  mtime_ms: number;
  /** What made the inspection: another engine may know more. */
  examiner: string | null;
  /** CheckpointInspection, JSON. */
  inspection: string | null;
  /** NetworkView, JSON. */
  network: string | null;
  /** WireError, JSON. */
  error: string | null;
  sha256: string | null;
  auto_v3: string | null;
  short_hash: string | null;
  /** 1 = all hashes that this file has are there. */
  is_hashed: number;
}

export interface ModelSettingsTable {
  root: string;
  path: string;
  /** The file's when it was last known: a renamed file is found again by it. */
  sha256: string | null;
  notes: string;
  /** JSON, all three. */
  trigger_words: string;
  defaults: string;
  overrides: string;
  /** Name of a picture in the data folder. */
  preview: string | null;
}

export interface ModelRootTable {
  /** Absolute, as the person gave it. */
  path: string;
  name: string;
}

export interface PromptHistoryTable {
  /** Order of use. */
  rank: Generated<number>;
  id: string;
  /** Of prompt, negative prompt and styles: the same stands here once. */
  fingerprint: string;
  prompt: string;
  negative_prompt: string;
  /** JSON. */
  styles: string;
  /** What a search looks in, folded by services/search-text.ts. */
  search_text: string;
  uses: number;
  is_starred: number;
  used_at: string;
}

export interface PromptTemplateTable {
  name: string;
  prompt: string;
  negative_prompt: string;
  changed_at: string;
}

export interface MetaTable {
  key: string;
  value: string;
}

export interface Tables {
  jobs: JobTable;
  images: ImageTable;
  grids: GridTable;
  model_files: ModelFileTable;
  model_settings: ModelSettingsTable;
  model_roots: ModelRootTable;
  prompt_history: PromptHistoryTable;
  prompt_templates: PromptTemplateTable;
  meta: MetaTable;
}
