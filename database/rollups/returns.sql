-- rollup_returns: who came back on day 1, 7 and 30, by cohort day and month.
with counted as (
  select
    j.in_view, j.in_all, j.in_demo, j.first_day, j.first_category, j.first_device, j.channel,
    coalesce(sum(j.sign) filter (where j.day = j.first_day), 0) as shoppers,
    coalesce(sum(j.sign) filter (where j.day = j.first_day + 1), 0) as day_1,
    coalesce(sum(j.sign) filter (where j.day = j.first_day + 7), 0) as day_7,
    coalesce(sum(j.sign) filter (where j.day = j.first_day + 30), 0) as day_30
  from $days as j
  where j.previous_launch is not null and j.day - j.first_day in (0, 1, 7, 30)
  group by j.in_view, j.in_all, j.in_demo, j.first_day, j.first_category, j.first_device, j.channel
),
days as (
  select
    v.in_view, s.split, s.part, c.first_day as cohort, sum(c.shoppers) as shoppers, sum(c.day_1) as day_1,
    sum(c.day_7) as day_7, sum(c.day_30) as day_30
  from counted c
  cross join lateral $splits as s (split, part)
  cross join lateral $day_views as v (in_view)
  group by v.in_view, s.split, s.part, c.first_day
)
insert into rollup_returns
select in_view, split, part, 'day', cohort, shoppers, day_1, day_7, day_30 from days
union all
select
  in_view, split, part, 'month', date_trunc('month', cohort::timestamp)::date, sum(shoppers), sum(day_1), sum(day_7),
  sum(day_30)
from days
group by in_view, split, part, date_trunc('month', cohort::timestamp)::date
