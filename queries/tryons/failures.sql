-- Failed jobs by reason, counted on the day they failed.
-- Grain: one row per reason and engine with a failed job, the most frequent first.
-- Parameters:
--   since          first day of the window
--   until          first day after the window
--   origin         shopper (what pages show unless asked otherwise), studio, demo, or all
-- Columns:
--   failure        code of the failure
--   engine         name of the engine
--   failed_count   jobs failed in the window
select
    f.failure_code as failure,
    f.engine,
    sum(f.jobs) as failed_count
from range_parts(cast(:since as date), cast(:until as date)) r
inner join rollup_failures f
    on r.grain = f.grain and r.first_day <= f.starts_on and r.day_after > f.starts_on
where
    f.in_view = any(cast((select scope_views()) as uuid[]))
    and f.origin = any(each_origin(:origin))
group by f.failure_code, f.engine
having sum(f.jobs) > 0
order by failed_count desc, failure asc, engine asc
