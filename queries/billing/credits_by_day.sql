-- Credits spent by day: those of studio jobs that completed on it.
-- Grain: one row per UTC day of the window, in order; a day without any has zeros.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
-- Columns:
--   day               the UTC day
--   credit_count      credits spent
--   completed_count   jobs completed
with spent as (
    select
        cast(j.finished_at at time zone 'UTC' as date) as day,
        sum(j.credits) as credits,
        count(*) as jobs
    from tryon_jobs j
    where
        j.origin = 'studio'
        and j.brand_id = any(array(select b.id from brands b))
        and j.status = 'completed'
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
    group by cast(j.finished_at at time zone 'UTC' as date)
)

select
    cast(d.day as timestamp) as day,
    coalesce(s.credits, 0) as credit_count,
    coalesce(s.jobs, 0) as completed_count
from
    generate_series(
        cast(:since as date), cast(:until as date) - 1, interval '1 day'
    ) as d (day)
left join spent s on cast(d.day as date) = s.day
order by d.day
