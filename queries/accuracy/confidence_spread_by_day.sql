-- Model confidence: mean of confidence over completed jobs: the engine's own estimate. Its spread:
-- the 10th and the 90th percentile of the same jobs.
-- Grain: one row per day of the window.
-- Parameters:
--   since                  first day of the window
--   until                  first day after the window
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
--   category               garment category, or all
--   device                 ios, android, desktop, tablet, other, or all
-- Columns:
--   day                    day
--   model_confidence_pct   mean confidence of that day; n/a when nothing completed
--   low_pct                10th percentile
--   high_pct               90th percentile
--   completed_count        jobs completed on that day
with jobs as (
    select
        date_trunc('day', j.finished_at at time zone 'UTC') as day,
        avg(j.confidence) as confidence,
        percentile_cont(0.1) within group (order by j.confidence) as low,
        percentile_cont(0.9) within group (order by j.confidence) as high,
        count(*) as completed_count
    from tryon_jobs j
    where
        j.status = 'completed'
        and (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
    group by date_trunc('day', j.finished_at at time zone 'UTC')
)

select
    d.day,
    j.confidence as model_confidence_pct,
    j.low as low_pct,
    j.high as high_pct,
    coalesce(j.completed_count, 0) as completed_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join jobs j on d.day = j.day
order by d.day
