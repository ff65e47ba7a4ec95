-- rollup_active: distinct shoppers a day.
with counted as (
  select j.in_view, j.in_all, j.in_demo, j.day, sum(j.sign) as shoppers
  from $days as j
  where j.previous_launch is not null
  group by j.in_view, j.in_all, j.in_demo, j.day
)
insert into rollup_active
select v.in_view, c.day, sum(c.shoppers)
from counted c
cross join lateral $day_views as v (in_view)
group by v.in_view, c.day
