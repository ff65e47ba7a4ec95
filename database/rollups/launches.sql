-- rollup_launches: shoppers by active day and the one before, and how far they came.
with counted as (
  select
    j.in_view, j.in_all, j.in_demo, j.day, j.previous_launch, sum(j.sign) as launched,
    coalesce(sum(j.sign) filter (where j.furthest >= 1), 0) as completed,
    coalesce(sum(j.sign) filter (where j.furthest >= 2), 0) as saved,
    coalesce(sum(j.sign) filter (where j.furthest >= 3), 0) as purchased
  from $days as j
  where j.previous_launch is not null
  group by j.in_view, j.in_all, j.in_demo, j.day, j.previous_launch
)
insert into rollup_launches
select
  v.in_view, c.day, c.previous_launch, sum(c.launched), sum(c.completed), sum(c.saved), sum(c.purchased)
from counted c
cross join lateral $day_views as v (in_view)
group by v.in_view, c.day, c.previous_launch
