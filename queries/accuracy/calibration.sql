-- Calibration, random draws only: in each of several equal-width bins of model confidence, the mean
-- confidence and the share approved. The two are the same where the engine knows how good it is.
-- Grain: one row per bin with a verdict.
-- Parameters:
--   since                  first day of the window
--   until                  first day after the window
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
--   category               garment category, or all
--   device                 ios, android, desktop, tablet, other, or all
--   bin_count              how many equal-width bins from 0 to 1
-- Columns:
--   low_pct                where the bin begins
--   high_pct               where it ends
--   verdict_count          random draws with a verdict (n)
--   model_confidence_pct   mean confidence
--   human_accuracy_pct     approved ÷ verdicts
with bins as (
    select
        least(floor(v.confidence * :bin_count), :bin_count - 1) as bin,
        count(*) as verdict_count,
        avg(v.confidence) as confidence,
        avg(cast(cast(v.approved as integer) as numeric)) as approved,
        sum(power(v.confidence - cast(v.approved as integer), 2)) as squares
    from job_verdicts v
    where
        v.drawn_at_random
        and v.confidence is not null
        and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or v.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or v.device = cast(nullif(:device, 'all') as device_type))
        and v.finished_at >= cast(:since as timestamptz)
        and v.finished_at < cast(:until as timestamptz)
    group by least(floor(v.confidence * :bin_count), :bin_count - 1)
)

select
    b.bin / :bin_count as low_pct,
    (b.bin + 1) / :bin_count as high_pct,
    b.verdict_count,
    b.confidence as model_confidence_pct,
    b.approved as human_accuracy_pct
from bins b
order by b.bin
