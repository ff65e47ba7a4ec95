-- rollup_studio: what studio jobs cost by day and month, in all and by product.
with by_brand as (
  select
    e.brand_id, e.origin, coalesce(e.product_id, no_product()) as product_id, (e.finished_at at time zone 'UTC')::date as day,
    coalesce(sum(e.sign) filter (where e.status = 'completed'), 0) as completed,
    coalesce(sum(e.sign) filter (where e.status = 'failed'), 0) as failed,
    coalesce(sum(e.sign) filter (where e.status = 'completed' and e.engine_cost_usd is null), 0) as unpriced,
    coalesce(sum(e.sign * e.credits) filter (where e.status = 'completed'), 0) as credits,
    coalesce(sum(e.sign * (e.engine_cost_usd * 10000)::bigint), 0) as cost_sum,
    coalesce(sum(e.sign * (e.engine_cost_usd * 10000)::bigint) filter (where e.status = 'failed'), 0) as failed_cost_sum
  from $jobs as e
  where e.origin = 'studio' and e.brand_id is not null and e.finished_at is not null
  group by e.brand_id, e.origin, coalesce(e.product_id, no_product()), (e.finished_at at time zone 'UTC')::date
),
days as (
  select
    v.in_view, p.product_id, e.day, sum(e.completed) as completed, sum(e.failed) as failed, sum(e.unpriced) as unpriced,
    sum(e.credits) as credits, sum(e.cost_sum) as cost_sum, sum(e.failed_cost_sum) as failed_cost_sum
  from by_brand e
  join brands b on b.id = e.brand_id
  cross join lateral $job_views as v (in_view)
  cross join lateral (values (e.product_id), (every_product())) as p (product_id)
  group by v.in_view, p.product_id, e.day
)
insert into rollup_studio
select in_view, product_id, 'day', day, completed, failed, unpriced, credits, cost_sum, failed_cost_sum
from days
union all
select in_view, product_id, 'month', date_trunc('month', day::timestamp)::date, sum(completed), sum(failed), sum(unpriced),
  sum(credits), sum(cost_sum), sum(failed_cost_sum)
from days
group by in_view, product_id, date_trunc('month', day::timestamp)::date
