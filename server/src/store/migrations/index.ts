/**
 * The table of migrations: SQL in the order it is applied. A released one never changes; a new one is one more file and
 * one more line here. How many of them a database has is its `user_version`.
 */
import { firstTables } from './first-tables.ts';

export const MIGRATIONS: readonly string[] = [firstTables];
