-- rollup_reasons: rejected random draws by the reasons given.
with days as (
  select v.in_view, x.reason, b.day, b.origin, $sign * count(*) as jobs
  from (select f.* from verdict_facts f where f.drawn_at_random and $verdicts) as b
  cross join lateral unnest(b.reasons) as x (reason)
  cross join lateral $verdict_views as v (in_view)
  group by v.in_view, x.reason, b.day, b.origin
)
insert into rollup_reasons
select in_view, reason, 'day', day, origin, jobs from days
union all
select in_view, reason, 'month', date_trunc('month', day::timestamp)::date, origin, sum(jobs)
from days
group by in_view, reason, date_trunc('month', day::timestamp)::date, origin
