-- rollup_active: shoppers a day, how far they came from the day's first launch, and who had a job completed.
with counted as (
  select
    j.in_view, j.in_all, j.in_demo, j.day,
    coalesce(sum(j.sign) filter (where j.previous_launch is not null), 0) as launched,
    coalesce(sum(j.sign) filter (where j.furthest >= 1), 0) as completed,
    coalesce(sum(j.sign) filter (where j.furthest >= 2), 0) as saved,
    coalesce(sum(j.sign) filter (where j.furthest >= 3), 0) as purchased,
    coalesce(sum(j.sign) filter (where j.previous_completion is not null), 0) as shoppers,
    coalesce(sum(j.sign) filter (where j.converted), 0) as converted
  from $days as j
  group by j.in_view, j.in_all, j.in_demo, j.day
)
insert into rollup_active
select
  v.in_view, c.day, sum(c.launched), sum(c.completed), sum(c.saved), sum(c.purchased), sum(c.shoppers), sum(c.converted)
from counted c
cross join lateral $day_views as v (in_view)
group by v.in_view, c.day
