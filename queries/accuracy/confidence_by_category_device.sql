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
    cast(j.category as text) as category,
    cast(j.device as text) as device,
    avg(j.confidence) as model_confidence_pct,
    count(*) as completed_count
from tryon_jobs j
where
    j.status = 'completed'
    and (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
    and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
    and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
    and j.finished_at >= cast(:since as timestamptz)
    and j.finished_at < cast(:until as timestamptz)
group by j.category, j.device
order by j.category, j.device
