-- Credits spent by product: those of studio jobs of the product that completed in the window.
-- Grain: one row per product, the one that most was spent on first; jobs without a product are one
-- row.
-- Parameters:
--   since                     first day of the window; a job counts on the day on which it ended
--   until                     first day after the window
--   row_count                 how many rows at most
-- Columns:
--   product_id                the product; n/a where the jobs have none
--   product                   its name; n/a where the jobs have none
--   brand                     the brand's name; n/a where the jobs have no product
--   credit_count              credits spent
--   completed_count           jobs completed
--   failed_count              jobs failed
--   engine_cost_usd           engine cost of all jobs that ended
--   cost_per_generation_usd   engine cost ÷ completed jobs; n/a without any
with spent as (
    select
        nullif(s.product_id, no_product()) as product_id,
        sum(r.sign * s.credits) as credits,
        sum(r.sign * s.completed) as completed,
        sum(r.sign * s.failed) as failed,
        sum(r.sign * s.cost_sum) / 10000 as cost
    from nearest_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_studio s
        on r.grain = s.grain and r.first_day <= s.starts_on and r.day_after > s.starts_on
    where
        s.in_view = any(cast((select scope_views()) as uuid[]))
        and s.product_id <> every_product()
    group by s.product_id
    having sum(r.sign * (s.completed + s.failed)) > 0
    order by credits desc, product_id asc
    limit :row_count
)

select
    cast(s.product_id as text) as product_id,
    p.name as product,
    b.name as brand,
    s.credits as credit_count,
    s.completed as completed_count,
    s.failed as failed_count,
    s.cost as engine_cost_usd,
    s.cost / nullif(s.completed, 0) as cost_per_generation_usd
from spent s
left join products p on s.product_id = p.id
left join brands b on p.brand_id = b.id
order by s.credits desc, s.product_id asc
