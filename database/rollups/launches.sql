-- rollup_launches: shoppers by active day and the one before, and how far they came.
with counted as (
  select
    j.in_view, j.in_all, j.in_demo, j.day, j.previous_launch, count(*) as launched,
    count(*) filter (where j.furthest >= 1) as completed, count(*) filter (where j.furthest >= 2) as saved,
    count(*) filter (where j.furthest >= 3) as purchased
  from shopper_days j
  where j.previous_launch is not null and $users
  group by j.in_view, j.in_all, j.in_demo, j.day, j.previous_launch
)
insert into rollup_launches
select
  v.in_view, c.day, c.previous_launch, $sign * sum(c.launched), $sign * sum(c.completed), $sign * sum(c.saved),
  $sign * sum(c.purchased)
from counted c
cross join lateral $day_views as v (in_view)
group by v.in_view, c.day, c.previous_launch
