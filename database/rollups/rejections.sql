-- rollup_rejections: studio jobs of brands whose picture was rejected, and the credits spent on them.
with days as (
  select v.in_view, b.day, $sign * count(*) as jobs, $sign * sum(b.credits) as credits
  from (
    select f.* from verdict_facts f
    where not f.approved and f.origin = 'studio' and f.brand_id is not null and $verdicts
  ) as b
  cross join lateral $verdict_views as v (in_view)
  group by v.in_view, b.day
)
insert into rollup_rejections
select in_view, 'day', day, jobs, credits from days
union all
select in_view, 'month', date_trunc('month', day::timestamp)::date, sum(jobs), sum(credits)
from days
group by in_view, date_trunc('month', day::timestamp)::date
