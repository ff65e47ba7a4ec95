-- Launched / completed / failed / canceled jobs: counted on the day the job reached that state
-- (launched: created). Success rate = completed ÷ (completed + failed).
-- Grain: one row per engine with a job, most completed jobs first.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
-- Columns:
--   engine            name of the engine
--   launched_count    jobs created in the window
--   completed_count   jobs completed in the window
--   failed_count      jobs failed in the window
--   canceled_count    jobs canceled in the window
--   success_pct       success rate; n/a when nothing completed or failed
with counts as (
    select
        e.engine,
        sum(e.launched) as launched,
        sum(e.completed) as completed,
        sum(e.failed) as failed,
        sum(e.canceled) as canceled
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_engines e
        on r.grain = e.grain and r.first_day <= e.starts_on and r.day_after > e.starts_on
    where
        e.in_view = any(cast((select scope_views()) as uuid[]))
        and e.origin = any(each_origin(:origin))
    group by e.engine
    having sum(e.launched + e.completed + e.failed + e.canceled) > 0
)

select
    c.engine,
    c.launched as launched_count,
    c.completed as completed_count,
    c.failed as failed_count,
    c.canceled as canceled_count,
    cast(c.completed as numeric) / nullif(c.completed + c.failed, 0) as success_pct
from counts c
order by c.completed desc, c.launched desc, c.engine asc
