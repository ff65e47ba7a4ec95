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
        j.product_id,
        coalesce(sum(j.credits) filter (where j.status = 'completed'), 0) as credits,
        count(*) filter (where j.status = 'completed') as completed,
        count(*) filter (where j.status = 'failed') as failed,
        coalesce(sum(j.engine_cost_usd), 0) as cost
    from tryon_jobs j
    where
        j.origin = 'studio'
        and j.brand_id = any(array(select b.id from brands b))
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
    group by j.product_id
    order by credits desc, j.product_id asc
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
