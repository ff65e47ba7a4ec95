-- Model confidence: mean of confidence over completed jobs: the engine's own estimate.
-- Grain: one row per day of the window.
-- Parameters:
--   since                  first day; jobs count on the day they completed
--   until                  first day after the last one
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
--   category               garment category, or all
--   device                 ios, android, desktop, tablet, other, or all
-- Columns:
--   day                    day
--   model_confidence_pct   mean confidence of that day; n/a when nothing completed
--   completed_count        jobs completed on that day
with jobs as (
    select
        c.starts_on as day,
        sum(c.confidence_sum) / 1000 / nullif(sum(c.rated), 0) as confidence,
        sum(c.completed) as completed
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
    j.confidence as model_confidence_pct,
    coalesce(j.completed, 0) as completed_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join jobs j on cast(d.day as date) = j.day
order by d.day
