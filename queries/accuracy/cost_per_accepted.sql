-- Cost per accepted image = (engine cost of all jobs ÷ completed jobs) ÷ human accuracy. All jobs:
-- those that completed, failed or were canceled in the window.
-- Grain: one row.
-- Parameters:
--   since                   first day of the window
--   until                   first day after the window
--   origin                  shopper (what pages show unless asked otherwise), studio, demo, or all
--   category                garment category, or all
--   device                  ios, android, desktop, tablet, other, or all
-- Columns:
--   engine_cost_usd         engine cost of all jobs
--   completed_count         jobs completed
--   human_accuracy_pct      approved ÷ verdicts of random draws; n/a when there is none
--   cost_per_accepted_usd   cost per accepted image; n/a without accepted images
with jobs as (
    select
        coalesce(sum(j.engine_cost_usd), 0) as cost,
        count(*) filter (where j.status = 'completed') as completed_count
    from tryon_jobs j
    where
        (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
),

verdicts as (
    select avg(cast(cast(v.approved as integer) as numeric)) as accuracy
    from job_verdicts v
    where
        v.drawn_at_random
        and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or v.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or v.device = cast(nullif(:device, 'all') as device_type))
        and v.finished_at >= cast(:since as timestamptz)
        and v.finished_at < cast(:until as timestamptz)
)

select
    j.cost as engine_cost_usd,
    j.completed_count,
    v.accuracy as human_accuracy_pct,
    j.cost / nullif(j.completed_count, 0) / nullif(v.accuracy, 0) as cost_per_accepted_usd
from jobs j
cross join verdicts v
