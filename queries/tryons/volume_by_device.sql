-- Launched / completed / failed / canceled jobs: counted on the day the job reached that state
-- (launched: created). Success rate = completed ÷ (completed + failed).
-- Grain: one row per device with a job, most completed jobs first.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
--   category          garment category, or all
--   device            ios, android, desktop, tablet, other, or all
-- Columns:
--   device            device; n/a where it is not known
--   launched_count    jobs created in the window
--   completed_count   jobs completed in the window
--   failed_count      jobs failed in the window
--   canceled_count    jobs canceled in the window
--   success_pct       success rate; n/a when nothing completed or failed
with counts as (
    select
        c.device,
        sum(c.launched) as launched,
        sum(c.completed) as completed,
        sum(c.failed) as failed,
        sum(c.canceled) as canceled
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_cells c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = any(each_category(:category))
        and c.device = any(each_device(:device))
        and c.origin = any(each_origin(:origin))
    group by c.device
    having sum(c.launched + c.completed + c.failed + c.canceled) > 0
)

select
    nullif(c.device, 'unknown') as device,
    c.launched as launched_count,
    c.completed as completed_count,
    c.failed as failed_count,
    c.canceled as canceled_count,
    cast(c.completed as numeric) / nullif(c.completed + c.failed, 0) as success_pct
from counts c
order by c.completed desc, c.launched desc, c.device asc
