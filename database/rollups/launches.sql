-- rollup_launches: shoppers by active day and the one before, and how far they came; by month those who are new, and those
-- whose month before was one or an earlier one.
with counted as (
  select
    j.in_view, j.in_all, j.in_demo, j.day, j.previous_launch, sum(j.sign) as launched,
    coalesce(sum(j.sign) filter (where j.furthest >= 1), 0) as completed,
    coalesce(sum(j.sign) filter (where j.furthest >= 2), 0) as saved,
    coalesce(sum(j.sign) filter (where j.furthest >= 3), 0) as purchased
  from $days as j
  where j.previous_launch is not null
  group by j.in_view, j.in_all, j.in_demo, j.day, j.previous_launch
),
days as (
  select
    v.in_view, c.day, c.previous_launch as previous_day, sum(c.launched) as launched, sum(c.completed) as completed,
    sum(c.saved) as saved, sum(c.purchased) as purchased
  from counted c
  cross join lateral $day_views as v (in_view)
  group by v.in_view, c.day, c.previous_launch
),
months as (
  select
    d.in_view, date_trunc('month', d.day::timestamp)::date as day,
    date_trunc('month', d.previous_day::timestamp)::date as previous_day, d.launched, d.completed, d.saved, d.purchased
  from days d
),
-- By month few are left.
gaps as (
  select
    m.in_view, m.day, m.previous_day, sum(m.launched) as launched, sum(m.completed) as completed, sum(m.saved) as saved,
    sum(m.purchased) as purchased
  from months m
  where m.previous_day < m.day
  group by m.in_view, m.day, m.previous_day
)
insert into rollup_launches
select in_view, 'day', day, previous_day, launched, completed, saved, purchased from days
union all
select
  g.in_view, 'month', g.day, coalesce(later.month::date, g.previous_day), sum(g.launched), sum(g.completed),
  sum(g.saved), sum(g.purchased)
from gaps g
left join lateral $months_until as later (month) on true
group by g.in_view, g.day, coalesce(later.month::date, g.previous_day)
