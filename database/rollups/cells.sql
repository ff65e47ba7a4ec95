-- rollup_cells: jobs by day and month, total and by category and device; by month also by each of the two alone.
with events as (
  select
    sign, brand_id, category, device, origin, (created_at at time zone 'UTC')::date as day,
    1 as launched, 0 as completed, 0 as failed, 0 as canceled, null::integer as confidence, null::bigint as cost
  from $jobs
  union all
  select
    sign, brand_id, category, device, origin, (finished_at at time zone 'UTC')::date,
    0, (status = 'completed')::integer, (status = 'failed')::integer, (status = 'canceled')::integer,
    case when status = 'completed' then (confidence * 1000)::integer end, (engine_cost_usd * 10000)::bigint
  from $jobs
  where finished_at is not null
),
by_brand as materialized (
  select
    e.brand_id, e.category, e.device, e.day, e.origin,
    sum(e.sign * e.launched)::integer as launched, sum(e.sign * e.completed)::integer as completed, sum(e.sign * e.failed)::integer as failed,
    sum(e.sign * e.canceled)::integer as canceled, coalesce(sum(e.sign) filter (where e.confidence is not null), 0)::integer as rated,
    coalesce(sum(e.sign * e.confidence), 0)::bigint as confidence_sum,
    coalesce(sum(e.sign * e.confidence * e.confidence), 0)::bigint as confidence_square_sum,
    coalesce(sum(e.sign * e.cost), 0)::bigint as cost_sum
  from events e
  group by e.brand_id, e.category, e.device, e.day, e.origin
),
viewed as (
  select brand_id as in_view, category, device, day, origin,
    launched, completed, failed, canceled, rated, confidence_sum, confidence_square_sum, cost_sum
  from by_brand
  where brand_id is not null and origin <> 'demo'
  union all
  select every_brand(), category, device, day, origin,
    sum(launched)::integer, sum(completed)::integer, sum(failed)::integer, sum(canceled)::integer, sum(rated)::integer,
    sum(confidence_sum)::bigint,
    sum(confidence_square_sum)::bigint, sum(cost_sum)::bigint
  from by_brand
  group by category, device, day, origin
  union all
  select every_demo_brand(), e.category, e.device, e.day, e.origin,
    sum(e.launched)::integer, sum(e.completed)::integer, sum(e.failed)::integer, sum(e.canceled)::integer,
    sum(e.rated)::integer, sum(e.confidence_sum)::bigint,
    sum(e.confidence_square_sum)::bigint, sum(e.cost_sum)::bigint
  from by_brand e
  join brands b on b.id = e.brand_id
  where b.is_demo and e.origin <> 'demo'
  group by e.category, e.device, e.day, e.origin
),
parts as materialized (
  select
    in_view, coalesce(category::text, 'unknown') as category, coalesce(device::text, 'unknown') as device, day, origin,
    launched, completed, failed, canceled, rated, confidence_sum, confidence_square_sum, cost_sum
  from viewed
),
days as materialized (
  select * from parts
  union all
  select in_view, 'all', 'all', day, origin,
    sum(launched)::integer, sum(completed)::integer, sum(failed)::integer, sum(canceled)::integer, sum(rated)::integer,
    sum(confidence_sum)::bigint,
    sum(confidence_square_sum)::bigint, sum(cost_sum)::bigint
  from viewed
  group by in_view, day, origin
)
insert into rollup_cells
select in_view, category, device, 'day', day, origin, launched, completed, failed, canceled, rated, confidence_sum,
  confidence_square_sum, cost_sum
from days
union all
select in_view, coalesce(category, 'all'), coalesce(device, 'all'), 'month', date_trunc('month', day::timestamp)::date, origin,
  sum(launched)::integer, sum(completed)::integer, sum(failed)::integer, sum(canceled)::integer, sum(rated)::integer,
  sum(confidence_sum)::bigint, sum(confidence_square_sum)::bigint, sum(cost_sum)::bigint
from parts
group by in_view, cube (category, device), date_trunc('month', day::timestamp)::date, origin
