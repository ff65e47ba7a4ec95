-- rollup_cohorts: in which period after their first a shopper was active, and in which before that.
with days as (
  select
    j.*, j.previous_launch = '-infinity' as is_first,
    date_trunc('week', j.day::timestamp)::date as week,
    date_trunc('month', j.day::timestamp)::date as month,
    date_trunc('week', j.first_day::timestamp)::date as first_week,
    date_trunc('month', j.first_day::timestamp)::date as first_month,
    case when j.previous_launch > '-infinity' then date_trunc('week', j.previous_launch::timestamp)::date end as last_week,
    case when j.previous_launch > '-infinity' then date_trunc('month', j.previous_launch::timestamp)::date end as last_month
  from $days as j
  where j.previous_launch is not null
),
by_day as (
  select
    in_view, in_all, in_demo, 'day' as grain, first_day as cohort, day - first_day as number,
    case when is_first then -1 else previous_launch - first_day end as previous_number, sum(sign) as shoppers
  from days
  where is_first or previous_launch - first_day <= 30
  group by in_view, in_all, in_demo, first_day, day, is_first, previous_launch
),
by_week as (
  select
    in_view, in_all, in_demo, 'week' as grain, first_week as cohort, (week - first_week) / 7 as number,
    case when is_first then -1 else (last_week - first_week) / 7 end as previous_number, sum(sign) as shoppers
  from days
  where is_first or week <> last_week
  group by in_view, in_all, in_demo, first_week, week, is_first, last_week
),
by_month as (
  select
    in_view, in_all, in_demo, first_month as cohort, months_between(first_month, month) as number,
    case when is_first then -1 else months_between(first_month, last_month) end as previous_number,
    first_category, first_device, channel, sum(sign) as shoppers
  from days
  where is_first or month <> last_month
  group by in_view, in_all, in_demo, first_month, month, is_first, last_month, first_category, first_device, channel
),
counted as (
  select in_view, in_all, in_demo, grain, 'none' as split, 'all' as part, cohort, number, previous_number, shoppers
  from by_day
  union all
  select in_view, in_all, in_demo, grain, 'none', 'all', cohort, number, previous_number, shoppers from by_week
  union all
  select c.in_view, c.in_all, c.in_demo, 'month', s.split, s.part, c.cohort, c.number, c.previous_number, c.shoppers
  from by_month c
  cross join lateral $splits as s (split, part)
)
insert into rollup_cohorts
select v.in_view, c.grain, c.split, c.part, c.cohort, c.number, c.previous_number, sum(c.shoppers)
from counted c
cross join lateral $day_views as v (in_view)
group by v.in_view, c.grain, c.split, c.part, c.cohort, c.number, c.previous_number
