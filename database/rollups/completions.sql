-- rollup_completions: shoppers by day with a completed job and the one before; by month those who are new, and those whose
-- month before was one or an earlier one.
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
),
-- By month few are left.
gaps as (
  select m.in_view, m.day, m.previous_day, sum(m.shoppers) as shoppers, sum(m.converted) as converted
  from months m
  where m.previous_day < m.day
  group by m.in_view, m.day, m.previous_day
)
insert into rollup_completions
select in_view, 'day', day, previous_day, shoppers, converted from days
union all
select g.in_view, 'month', g.day, coalesce(later.month::date, g.previous_day), sum(g.shoppers), sum(g.converted)
from gaps g
left join lateral $months_until as later (month) on true
group by g.in_view, g.day, coalesce(later.month::date, g.previous_day)
