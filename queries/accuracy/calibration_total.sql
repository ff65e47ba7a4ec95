-- Calibration, random draws only: ECE = Σ (n_b ÷ N) · |mean confidence_b − share approved_b| over
-- equal-width bins; Brier = mean (p − y)².
-- Grain: one row.
-- Parameters:
--   since           first day of the window
--   until           first day after the window
--   origin          shopper (what pages show unless asked otherwise), studio, demo, or all
--   category        garment category, or all
--   device          ios, android, desktop, tablet, other, or all
--   bin_count       how many equal-width bins from 0 to 1
-- Columns:
--   verdict_count   random draws with a verdict (N)
--   ece_score       ECE; n/a without verdicts
--   brier_score     Brier; n/a without verdicts
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
    cast(coalesce(sum(b.verdict_count), 0) as bigint) as verdict_count,
    sum(b.verdict_count * abs(b.confidence - b.approved)) / sum(b.verdict_count) as ece_score,
    sum(b.squares) / sum(b.verdict_count) as brier_score
from bins b
