-- Completed jobs by model confidence, in fifty equal bins from 0 to 1. Of every category and
-- device.
-- Grain: one row per bin; none when nothing completed.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
-- Columns:
--   low_pct           where the bin begins
--   high_pct          where it ends
--   completed_count   jobs completed in the window with a confidence in the bin
with bins as (
    select
        t.place,
        sum(t.jobs) as jobs
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_confidence c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    cross join unnest(c.by_bin) with ordinality as t (jobs, place)
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.origin = any(each_origin(:origin))
    group by t.place
)

select
    cast(b.place - 1 as numeric) / 50 as low_pct,
    cast(b.place as numeric) / 50 as high_pct,
    b.jobs as completed_count
from bins b
-- Where all jobs of a day were deleted, zeros are left.
where (select sum(e.jobs) from bins e) > 0
order by b.place
