-- rollup_failures: failed jobs by day and month, engine and reason.
with by_brand as (
  select
    e.brand_id, e.engine, e.failure_code, (e.finished_at at time zone 'UTC')::date as day, e.origin, sum(e.sign)::integer as jobs
  from $jobs as e
  where e.status = 'failed'
  group by e.brand_id, e.engine, e.failure_code, (e.finished_at at time zone 'UTC')::date, e.origin
),
days as (
  select v.in_view, e.engine, e.failure_code, e.day, e.origin, sum(e.jobs)::integer as jobs
  from by_brand e
  left join brands b on b.id = e.brand_id
  cross join lateral $job_views as v (in_view)
  group by v.in_view, e.engine, e.failure_code, e.day, e.origin
)
insert into rollup_failures
select in_view, engine, failure_code, 'day', day, origin, jobs from days
union all
select in_view, engine, failure_code, 'month', date_trunc('month', day::timestamp)::date, origin, sum(jobs)
from days
group by in_view, engine, failure_code, date_trunc('month', day::timestamp)::date, origin
