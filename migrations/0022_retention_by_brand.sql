-- Who came back, by month as well: what a year of every brand is read from.
-- depends: 0017_behind_figures 0021_reviews

drop table rollup_returns;
create table rollup_returns (
  in_view uuid not null,
  split text collate "C" not null,
  part text collate "C" not null,
  grain text collate "C" not null check (grain in ('day', 'month')),
  cohort date not null,
  shoppers integer not null,
  day_1 integer not null,
  day_7 integer not null,
  day_30 integer not null,
  primary key (in_view, split, part, grain, cohort)
);
create index rollup_returns_by_time_idx on rollup_returns (grain, cohort, in_view)
include (shoppers, day_1, day_7, day_30) where split = 'none';

call protect('rollup_returns', view_rule(), '*', 'select');

update rollup_state set is_stale = true
where exists (select from brands);
