/**
 * The table of migrations: SQL in the order it is applied. A released one never changes; a new one is one more file and
 * one more line here. How many of them a database has is its `user_version`.
 */
import { firstTables } from './first-tables.ts';
import { grids } from './grids.ts';
import { imageNotes } from './image-notes.ts';
import { jobResults } from './job-results.ts';
import { modelLibrary } from './model-library.ts';
import { modelNetworks } from './model-networks.ts';
import { promptBuilding } from './prompt-building.ts';

export const MIGRATIONS: readonly string[] = [
  firstTables,
  modelLibrary,
  jobResults,
  imageNotes,
  modelNetworks,
  promptBuilding,
  grids,
];
