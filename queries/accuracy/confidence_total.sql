-- Model confidence: mean of confidence over completed jobs: the engine's own estimate.
-- Grain: one row.
-- Parameters:
--   since                  first day of the window; jobs count on the day they completed
--   until                  first day after the window
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
--   category               garment category, or all
--   device                 ios, android, desktop, tablet, other, or all
-- Columns:
--   model_confidence_pct   mean confidence; n/a when nothing completed
--   completed_count        jobs completed in the window
select
    sum(c.confidence_sum) / 1000 / nullif(sum(c.rated), 0) as model_confidence_pct,
    coalesce(sum(c.completed), 0) as completed_count
from range_parts(cast(:since as date), cast(:until as date)) r
inner join rollup_cells c
    on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
where
    c.in_view = any(cast((select scope_views()) as uuid[]))
    and c.category = any(cell_categories(:category, :device))
    and c.device = any(cell_devices(:category, :device))
    and c.origin = any(each_origin(:origin))
