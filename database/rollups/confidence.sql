-- rollup_confidence: completed jobs by fiftieths of model confidence.
with by_brand as (
  select
    e.brand_id, (e.finished_at at time zone 'UTC')::date as day, e.origin,
    least(floor(e.confidence * 50), 49)::integer as place, sum(e.sign)::integer as jobs
  from $jobs as e
  where e.status = 'completed' and e.confidence is not null
  group by e.brand_id, (e.finished_at at time zone 'UTC')::date, e.origin, least(floor(e.confidence * 50), 49)
),
days as (
  select v.in_view, e.day, e.origin, e.place, sum(e.jobs)::integer as jobs
  from by_brand e
  left join brands b on b.id = e.brand_id
  cross join lateral $job_views as v (in_view)
  group by v.in_view, e.day, e.origin, e.place
)
insert into rollup_confidence
select in_view, 'day', day, origin, array[$by_bin] from days group by in_view, day, origin
union all
select in_view, 'month', date_trunc('month', day::timestamp)::date, origin, array[$by_bin]
from days
group by in_view, date_trunc('month', day::timestamp)::date, origin
