-- rollup_completions: shoppers by day with a completed job and the one before, and by month and the month before.
with counted as (
  select
    j.in_view, j.in_all, j.in_demo, j.day, j.previous_completion, sum(j.sign) as shoppers,
    coalesce(sum(j.sign) filter (where j.converted), 0) as converted
  from $days as j
  where j.previous_completion is not null
  group by j.in_view, j.in_all, j.in_demo, j.day, j.previous_completion
),
days as (
  select v.in_view, c.day, c.previous_completion as previous_day, sum(c.shoppers) as shoppers, sum(c.converted) as converted
  from counted c
  cross join lateral $day_views as v (in_view)
  group by v.in_view, c.day, c.previous_completion
),
months as (
  select
    d.in_view, date_trunc('month', d.day::timestamp)::date as day,
    date_trunc('month', d.previous_day::timestamp)::date as previous_day, d.shoppers, d.converted
  from days d
)
insert into rollup_completions
select in_view, 'day', day, previous_day, shoppers, converted from days
union all
select in_view, 'month', day, previous_day, sum(shoppers), sum(converted)
from months
where previous_day < day
group by in_view, day, previous_day
