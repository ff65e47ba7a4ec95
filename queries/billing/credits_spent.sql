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
--   cost_per_generation_usd   engine cost ÷ completed jobs; n/a without any
--   rejected_count            completed jobs whose verdict is that the picture was rejected
--   rejected_credit_count     credits spent on these
--   failed_cost_usd           engine cost of failed jobs
with ended as (
    select
        j.id,
        j.status,
        j.credits,
        coalesce(j.engine_cost_usd, 0) as cost
    from tryon_jobs j
    where
        j.origin = 'studio'
        and j.brand_id is not null
        and j.finished_at >= cast(:since as date) at time zone 'UTC'
        and j.finished_at < cast(:until as date) at time zone 'UTC'
),

rejected as (
    select
        count(*) as jobs,
        coalesce(sum(e.credits), 0) as credits
    from ended e
    inner join verdict_facts v on e.id = v.job_id
    where e.status = 'completed' and not v.approved
)

select
    coalesce(sum(e.credits) filter (where e.status = 'completed'), 0) as credit_count,
    count(*) filter (where e.status = 'completed') as completed_count,
    count(*) filter (where e.status = 'failed') as failed_count,
    coalesce(sum(e.cost), 0) as engine_cost_usd,
    sum(e.cost) / nullif(count(*) filter (where e.status = 'completed'), 0)
        as cost_per_generation_usd,
    (select r.jobs from rejected r) as rejected_count,
    (select r.credits from rejected r) as rejected_credit_count,
    coalesce(sum(e.cost) filter (where e.status = 'failed'), 0) as failed_cost_usd
from ended e
