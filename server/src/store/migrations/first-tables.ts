/** Jobs, pictures, models and single values. */
export const firstTables = `
create table jobs (
  rank integer primary key autoincrement,
  id text not null unique,
  type text not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  parameters text not null,
  origin text not null,
  attempt integer not null,
  error text,
  created_at text not null,
  started_at text,
  ended_at text
) strict;
create index jobs_by_state on jobs (state, rank);

create table images (
  rank integer primary key autoincrement,
  id text not null unique,
  job_id text not null,
  image_index integer not null,
  file text not null unique,
  thumbnail text,
  width integer not null,
  height integer not null,
  size_bytes integer not null,
  prompt text not null,
  search_text text not null,
  parameters text not null,
  infotext text not null,
  created_at text not null,
  deleted_at text,
  is_missing integer not null default 0,
  unique (job_id, image_index)
) strict;
create index images_shown on images (rank) where deleted_at is null;

create table models (
  path text primary key,
  size_bytes integer not null,
  mtime_ms real not null,
  examiner text,
  inspection text,
  error text,
  sha256 text
) strict;

create table meta (key text primary key, value text not null) strict;
`;
