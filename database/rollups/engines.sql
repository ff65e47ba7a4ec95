-- rollup_engines: jobs by day and month and engine.
with events as (
  select
    sign, brand_id, engine, origin, (created_at at time zone 'UTC')::date as day,
    1 as launched, 0 as completed, 0 as failed, 0 as canceled, null::integer as confidence, null::bigint as cost
  from $jobs
  union all
  select
    sign, brand_id, engine, origin, (finished_at at time zone 'UTC')::date,
    0, (status = 'completed')::integer, (status = 'failed')::integer, (status = 'canceled')::integer,
    case when status = 'completed' then (confidence * 1000)::integer end, (engine_cost_usd * 10000)::bigint
  from $jobs
  where finished_at is not null
),
by_brand as (
  select
    e.brand_id, e.engine, e.day, e.origin,
    sum(e.sign * e.launched) as launched, sum(e.sign * e.completed) as completed, sum(e.sign * e.failed) as failed,
    sum(e.sign * e.canceled) as canceled, coalesce(sum(e.sign) filter (where e.confidence is not null), 0) as rated,
    coalesce(sum(e.sign * e.confidence), 0)::bigint as confidence_sum,
    coalesce(sum(e.sign * e.cost), 0)::bigint as cost_sum
  from events e
  group by e.brand_id, e.engine, e.day, e.origin
),
days as (
  select
    v.in_view, e.engine, e.day, e.origin, sum(e.launched) as launched, sum(e.completed) as completed,
    sum(e.failed) as failed, sum(e.canceled) as canceled, sum(e.rated) as rated,
    sum(e.confidence_sum) as confidence_sum, sum(e.cost_sum) as cost_sum
  from by_brand e
  left join brands b on b.id = e.brand_id
  cross join lateral $job_views as v (in_view)
  group by v.in_view, e.engine, e.day, e.origin
)
insert into rollup_engines
select in_view, engine, 'day', day, origin, launched, completed, failed, canceled, rated, confidence_sum, cost_sum
from days
union all
select in_view, engine, 'month', date_trunc('month', day::timestamp)::date, origin, sum(launched), sum(completed),
  sum(failed), sum(canceled), sum(rated), sum(confidence_sum), sum(cost_sum)
from days
group by in_view, engine, date_trunc('month', day::timestamp)::date, origin
