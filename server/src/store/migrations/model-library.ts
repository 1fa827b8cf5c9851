/**
 * Models of several roots and kinds, all their hashes, and what a person says of them. The root is '' for the own models
 * folder; paths are below the root.
 */
export const modelLibrary = `
create table model_files (
  root text not null,
  path text not null,
  id text not null,
  kind text not null,
  is_folder integer not null,
  size_bytes integer not null,
  mtime_ms real not null,
  examiner text,
  inspection text,
  error text,
  sha256 text,
  auto_v3 text,
  short_hash text,
  is_hashed integer not null,
  primary key (root, path)
) strict;
insert into model_files (root, path, id, kind, is_folder, size_bytes, mtime_ms, examiner, inspection, error, sha256, is_hashed)
  select '', 'checkpoints/' || path, '', 'checkpoint', 0, size_bytes, mtime_ms, examiner, inspection, error, sha256, 0
  from models;
drop table models;

create table model_settings (
  root text not null,
  path text not null,
  sha256 text,
  notes text not null,
  trigger_words text not null,
  defaults text not null,
  overrides text not null,
  preview text,
  primary key (root, path)
) strict;

create table model_roots (
  path text primary key,
  name text not null unique
) strict;
`;
