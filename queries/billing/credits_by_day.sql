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
        s.starts_on as day,
        sum(s.credits) as credits,
        sum(s.completed) as jobs
    from rollup_studio s
    where
        s.in_view = any(cast((select scope_views()) as uuid[]))
        and s.product_id = every_product()
        and s.grain = 'day'
        and s.starts_on >= cast(:since as date)
        and s.starts_on < cast(:until as date)
    group by s.starts_on
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
