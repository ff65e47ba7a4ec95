-- rollup_cohorts: in which period after their first a shopper was active, and in which before that.
with days as (
  select
    j.*, previous_launch = '-infinity' as is_first,
    date_trunc('week', day::timestamp)::date as week, date_trunc('month', day::timestamp)::date as month,
    date_trunc('week', first_day::timestamp)::date as first_week,
    date_trunc('month', first_day::timestamp)::date as first_month,
    case when previous_launch > '-infinity' then date_trunc('week', previous_launch::timestamp)::date end as last_week,
    case when previous_launch > '-infinity' then date_trunc('month', previous_launch::timestamp)::date end as last_month
  from $days as j
  where previous_launch is not null
),
periods as (
  select
    in_view, 'day' as grain, 'none' as split, 'all' as part, first_day as cohort, day - first_day as number,
    case when is_first then -1 else previous_launch - first_day end as previous_number
  from days
  where is_first or previous_launch - first_day <= 30
  union all
  select
    in_view, 'week', 'none', 'all', first_week, (week - first_week) / 7,
    case when is_first then -1 else (last_week - first_week) / 7 end
  from days
  where is_first or week <> last_week
  union all
  select
    in_view, 'month', s.split, s.part, first_month, months_between(first_month, month),
    case when is_first then -1 else months_between(first_month, last_month) end
  from days
  cross join lateral (
    values ('none', 'all'), ('category', first_category), ('device', first_device), ('channel', channel)
  ) as s (split, part)
  where is_first or month <> last_month
)
insert into rollup_cohorts
select in_view, grain, split, part, cohort, number, previous_number, $sign * count(*)
from periods
group by in_view, grain, split, part, cohort, number, previous_number
