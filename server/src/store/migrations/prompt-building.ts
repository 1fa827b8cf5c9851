/**
 * What the pictures of a job are made from where it was drawn, the prompts that were used, and templates that were saved.
 */
export const promptBuilding = `
alter table jobs add column drawn text;

create table prompt_history (
  rank integer primary key autoincrement,
  id text not null unique,
  fingerprint text not null unique,
  prompt text not null,
  negative_prompt text not null,
  styles text not null,
  search_text text not null,
  uses integer not null,
  is_starred integer not null,
  used_at text not null
) strict;
create index prompt_history_starred on prompt_history (is_starred, rank);

create table prompt_templates (
  name text primary key,
  prompt text not null,
  negative_prompt text not null,
  changed_at text not null
) strict;
`;
