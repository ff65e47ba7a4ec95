-- Launched / completed / failed / canceled jobs: counted on the day the job reached that state
-- (launched: created). Success rate = completed ÷ (completed + failed).
-- Grain: one row per category with a job, most completed jobs first.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
--   category          garment category, or all
--   device            ios, android, desktop, tablet, other, or all
-- Columns:
--   category          garment category; n/a without one
--   launched_count    jobs created in the window
--   completed_count   jobs completed in the window
--   failed_count      jobs failed in the window
--   canceled_count    jobs canceled in the window
--   success_pct       success rate; n/a when nothing completed or failed
with counts as (
    select
        j.category,
        count(*) filter (
            where j.created_at >= cast(:since as timestamptz)
            and j.created_at < cast(:until as timestamptz)
        ) as launched_count,
        count(*) filter (
            where j.finished_at >= cast(:since as timestamptz)
            and j.finished_at < cast(:until as timestamptz)
            and j.status = 'completed'
        ) as completed_count,
        count(*) filter (
            where j.finished_at >= cast(:since as timestamptz)
            and j.finished_at < cast(:until as timestamptz)
            and j.status = 'failed'
        ) as failed_count,
        count(*) filter (
            where j.finished_at >= cast(:since as timestamptz)
            and j.finished_at < cast(:until as timestamptz)
            and j.status = 'canceled'
        ) as canceled_count
    from tryon_jobs j
    where
        (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and (
            (
                j.created_at >= cast(:since as timestamptz)
                and j.created_at < cast(:until as timestamptz)
            )
            or (
                j.finished_at >= cast(:since as timestamptz)
                and j.finished_at < cast(:until as timestamptz)
            )
        )
    group by j.category
)

select
    cast(c.category as text) as category,
    c.launched_count,
    c.completed_count,
    c.failed_count,
    c.canceled_count,
    cast(c.completed_count as numeric)
    / nullif(c.completed_count + c.failed_count, 0) as success_pct
from counts c
order by c.completed_count desc, c.launched_count desc, c.category asc
