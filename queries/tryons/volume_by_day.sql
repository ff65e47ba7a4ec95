-- Launched / completed / failed / canceled jobs: counted on the day the job reached that state
-- (launched: created).
-- Grain: one row per day of the window.
-- Parameters:
--   since             first day
--   until             first day after the last one
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
--   category          garment category, or all
--   device            ios, android, desktop, tablet, other, or all
-- Columns:
--   day               day
--   launched_count    jobs created on that day
--   completed_count   jobs completed on that day
--   failed_count      jobs failed on that day
--   canceled_count    jobs canceled on that day
with launched as (
    select
        date_trunc('day', j.created_at at time zone 'UTC') as day,
        count(*) as launched_count
    from tryon_jobs j
    where
        (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and j.created_at >= cast(:since as timestamptz)
        and j.created_at < cast(:until as timestamptz)
    group by date_trunc('day', j.created_at at time zone 'UTC')
),

finished as (
    select
        date_trunc('day', j.finished_at at time zone 'UTC') as day,
        count(*) filter (where j.status = 'completed') as completed_count,
        count(*) filter (where j.status = 'failed') as failed_count,
        count(*) filter (where j.status = 'canceled') as canceled_count
    from tryon_jobs j
    where
        (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
    group by date_trunc('day', j.finished_at at time zone 'UTC')
)

select
    d.day,
    coalesce(l.launched_count, 0) as launched_count,
    coalesce(f.completed_count, 0) as completed_count,
    coalesce(f.failed_count, 0) as failed_count,
    coalesce(f.canceled_count, 0) as canceled_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join launched l on d.day = l.day
left join finished f on d.day = f.day
order by d.day
