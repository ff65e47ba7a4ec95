-- What stands behind figures at ten million jobs: verdicts as rows to read, conversion of long windows by brand.
-- depends: 0016_rollup_indexes

-- Every verdict, for lists; rates are of the random draws alone. Demo visitors' jobs are theirs alone.
drop table verdict_facts;
create table verdict_facts (
  job_id uuid primary key,
  brand_id uuid,
  in_demo boolean not null,
  origin job_origin not null,
  category text collate "C" not null,
  device text collate "C" not null,
  day date not null,
  finished_at timestamptz not null,
  drawn_at_random boolean not null,
  confidence numeric(4, 3),
  approved boolean not null,
  reasons text[] not null
);
create index verdict_facts_finished_idx on verdict_facts (finished_at);
create index verdict_facts_brand_idx on verdict_facts (brand_id, finished_at);
create index verdict_facts_worst_idx on verdict_facts (confidence, finished_at desc) where not approved;

create function verdict_rule() returns text
language sql immutable
return '(select scope_sees_all()) or (origin <> ''demo'' and brand_id in (select scope_brands()))';
revoke execute on function verdict_rule from public;

call protect('verdict_facts', verdict_rule(), '*', 'select');

-- By month as well: a row then says how many of the month's shoppers had their day before in which month before it. Those with
-- two days in a month are counted at the first, so that a window's shoppers are in the months whose month before lies before
-- it, and in the days at its edges.
drop table rollup_completions;
create table rollup_completions (
  in_view uuid not null,
  grain text collate "C" not null check (grain in ('day', 'month')),
  day date not null,
  previous_day date not null,
  shoppers integer not null,
  converted integer not null,
  primary key (in_view, grain, day, previous_day)
);
create index rollup_completions_by_time_idx on rollup_completions (grain, day, in_view, previous_day)
include (shoppers, converted);
create index rollup_completions_before_idx on rollup_completions (previous_day, in_view, day)
include (shoppers, converted) where grain = 'day' and previous_day > '-infinity';

call protect('rollup_completions', view_rule(), '*', 'select');

-- In the order in which a cell's newest shoppers are listed.
create index shoppers_by_time_idx on shoppers (first_job_at, user_id);

update rollup_state set is_stale = true
where exists (select from brands);

-- Nothing has asked these since the rollups.
drop function saved_looks;
drop view user_cohorts;
drop view brand_daily;
drop view attributed_purchases;
