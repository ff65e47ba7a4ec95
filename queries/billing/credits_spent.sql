-- Credits spent: those of studio jobs that completed in the window, which the brand's account pays.
-- Cost per generation = engine cost of all jobs ÷ completed jobs. Credit waste: credits settled on
-- rejected pictures, and engine cost of failed jobs, shown apart.
-- Grain: one row.
-- Parameters:
--   since                     first day of the window; a job counts on the day on which it ended
--   until                     first day after the window
-- Columns:
--   credit_count              credits spent
--   completed_count           jobs completed
--   failed_count              jobs failed: their credits went back
--   engine_cost_usd           engine cost of all jobs that ended
--   unpriced_count            completed jobs of which no engine says what they cost: counted as 0
--   cost_per_generation_usd   engine cost ÷ completed jobs; n/a without any
--   rejected_count            completed jobs whose verdict is that the picture was rejected
--   rejected_credit_count     credits spent on these
--   failed_cost_usd           engine cost of failed jobs
with ended as (
    select
        coalesce(sum(s.credits), 0) as credits,
        coalesce(sum(s.completed), 0) as completed,
        coalesce(sum(s.failed), 0) as failed,
        coalesce(sum(s.unpriced), 0) as unpriced,
        coalesce(sum(s.cost_sum), 0) / 10000 as cost,
        coalesce(sum(s.failed_cost_sum), 0) / 10000 as failed_cost
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_studio s
        on r.grain = s.grain and r.first_day <= s.starts_on and r.day_after > s.starts_on
    where
        s.in_view = any(cast((select scope_views()) as uuid[]))
        and s.product_id = every_product()
),

rejected as (
    select
        coalesce(sum(s.jobs), 0) as jobs,
        coalesce(sum(s.credits), 0) as credits
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_rejections s
        on r.grain = s.grain and r.first_day <= s.starts_on and r.day_after > s.starts_on
    where s.in_view = any(cast((select scope_views()) as uuid[]))
)

select
    e.credits as credit_count,
    e.completed as completed_count,
    e.failed as failed_count,
    e.cost as engine_cost_usd,
    e.unpriced as unpriced_count,
    e.cost / nullif(e.completed, 0) as cost_per_generation_usd,
    r.jobs as rejected_count,
    r.credits as rejected_credit_count,
    e.failed_cost as failed_cost_usd
from ended e
cross join rejected r
