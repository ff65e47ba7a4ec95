-- rollup_completions: shoppers by day with a completed job and the one before.
with counted as (
  select
    j.in_view, j.in_all, j.in_demo, j.day, j.previous_completion, count(*) as shoppers,
    count(*) filter (where j.converted) as converted
  from shopper_days j
  where j.previous_completion is not null and $users
  group by j.in_view, j.in_all, j.in_demo, j.day, j.previous_completion
)
insert into rollup_completions
select v.in_view, c.day, c.previous_completion, $sign * sum(c.shoppers), $sign * sum(c.converted)
from counted c
cross join lateral $day_views as v (in_view)
group by v.in_view, c.day, c.previous_completion
