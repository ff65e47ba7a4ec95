-- Model confidence: mean of confidence over completed jobs: the engine's own estimate.
-- Grain: one row per category and device with a completed job.
-- Parameters:
--   since                  first day of the window
--   until                  first day after the window
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
--   category               garment category, or all
--   device                 ios, android, desktop, tablet, other, or all
-- Columns:
--   category               garment category; n/a without one
--   device                 device; n/a where it is not known
--   model_confidence_pct   mean confidence
--   completed_count        jobs completed in the window
select
    nullif(c.category, 'unknown') as category,
    nullif(c.device, 'unknown') as device,
    sum(c.confidence_sum) / 1000 / nullif(sum(c.rated), 0) as model_confidence_pct,
    sum(c.completed) as completed_count
from range_parts(cast(:since as date), cast(:until as date)) r
inner join rollup_cells c
    on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
where
    c.in_view = any(cast((select scope_views()) as uuid[]))
    and c.category = any(each_category(:category))
    and c.device = any(each_device(:device))
    and c.origin = any(each_origin(:origin))
group by c.category, c.device
having sum(c.completed) > 0
order by
    array_position(each_category('all'), c.category), array_position(each_device('all'), c.device)
