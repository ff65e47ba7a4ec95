-- Weeks of distinct shoppers are read from totals of days, less who was there earlier in the week; the last order of
-- every brand from the days of all; and what a filter leaves of every brand in the order of time, as the totals are.
-- depends: 0045_studio_by_product

-- A day's sums over all days before, of rollup_launches and of rollup_completions.
drop table rollup_active;
create table rollup_active (
  in_view uuid not null,
  day date not null,
  launched integer not null,
  completed integer not null,
  saved integer not null,
  purchased integer not null,
  -- With a completed job, as in rollup_completions.
  shoppers integer not null,
  converted integer not null,
  primary key (in_view, day)
);
call protect('rollup_active', view_rule(), '*', 'select');

create index rollup_revenue_by_time_idx on rollup_revenue (starts_on, in_view) include (purchase_count)
where model = 'last' and grain = 'day';

create index rollup_cells_parts_idx on rollup_cells (category, device, grain, origin, starts_on, in_view)
include (launched, completed, failed, canceled)
where category <> 'all';

-- The days and months from which distinct shoppers of a range of dates, [since, until), are read, by whether their
-- 7 days are over as of a day: as in distinct_parts, one row a day or month of each part. Whose are not over is
-- read by day.
create function distinct_days(since date, until date, as_of date)
returns table (
  is_over boolean, grain text, day date, previous_from date, previous_until date, sign integer
)
language sql immutable parallel safe rows 30
begin atomic
  with asked as (
    select since as first_day, until as day_after, as_of - 7 as over_until
  ),
  parts as (
    select true as is_over, p.*
    from asked a
    cross join lateral distinct_parts(a.first_day, least(a.day_after, a.over_until)) as p
    union all
    select
      false as is_over, 'day' as grain, greatest(a.first_day, a.over_until) as first_day, a.day_after,
      date '-infinity' as previous_from, a.first_day as previous_until, 1 as sign
    from asked a
  )
  select
    p.is_over, p.grain,
    generate_series(
      p.first_day::timestamp, p.day_after::timestamp - interval '1 day', ('1 ' || p.grain)::interval
    )::date as day,
    p.previous_from, p.previous_until, p.sign
  from parts p;
end;

-- There is nothing in it yet.
update rollup_state set is_stale = true
where exists (select from brands);
