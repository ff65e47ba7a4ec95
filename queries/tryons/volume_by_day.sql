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
with counts as (
    select
        c.starts_on as day,
        sum(c.launched) as launched,
        sum(c.completed) as completed,
        sum(c.failed) as failed,
        sum(c.canceled) as canceled
    from rollup_cells c
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = any(cell_categories(:category, :device))
        and c.device = any(cell_devices(:category, :device))
        and c.origin = any(each_origin(:origin))
        and c.grain = 'day'
        and c.starts_on >= cast(:since as date)
        and c.starts_on < cast(:until as date)
    group by c.starts_on
)

select
    d.day,
    coalesce(c.launched, 0) as launched_count,
    coalesce(c.completed, 0) as completed_count,
    coalesce(c.failed, 0) as failed_count,
    coalesce(c.canceled, 0) as canceled_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join counts c on cast(d.day as date) = c.day
order by d.day
