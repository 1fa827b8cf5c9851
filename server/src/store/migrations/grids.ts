/** Grids: what was asked for, and which jobs and pictures are theirs. */
export const grids = `
create table grids (
  rank integer primary key autoincrement,
  id text not null unique,
  request text not null,
  axes text not null,
  cells integer not null,
  is_cancelled integer not null default 0,
  sheet text,
  error text,
  created_at text not null,
  ended_at text
) strict;

alter table jobs add column grid_id text;
alter table jobs add column grid_index integer;
create index jobs_of_grid on jobs (grid_id, grid_index) where grid_id is not null;
alter table images add column grid_id text;
`;
