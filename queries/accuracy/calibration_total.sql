-- Calibration, random draws only: ECE = Σ (n_b ÷ N) · |mean confidence_b − share approved_b| over
-- equal-width bins; Brier = mean (p − y)².
-- Grain: one row.
-- Parameters:
--   since           first day of the window
--   until           first day after the window
--   origin          shopper (what pages show unless asked otherwise), studio, demo, or all
--   category        garment category, or all
--   device          ios, android, desktop, tablet, other, or all
--   bin_count       how many equal-width bins from 0 to 1: 10, or what divides it
-- Columns:
--   verdict_count   random draws with a verdict and a confidence (N)
--   ece_score       ECE; n/a without verdicts
--   brier_score     Brier; n/a without verdicts
with bins as (
    select
        sum(v.verdicts) as verdicts,
        sum(v.confidence_sum) / 1000 as confidence,
        sum(v.approved) as approved,
        sum(v.error_square_sum) / 1000000 as squares
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_verdicts v
        on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
    where
        v.in_view = any(cast((select scope_views()) as uuid[]))
        and v.category = any(cell_categories(:category, :device))
        and v.device = any(cell_devices(:category, :device))
        and v.origin = any(each_origin(:origin))
        and v.bin >= 0
    group by v.bin * cast(:bin_count as integer) / 10
    having sum(v.verdicts) > 0
)

select
    cast(coalesce(sum(b.verdicts), 0) as bigint) as verdict_count,
    -- n_b times the distance of two means is the distance of two sums.
    sum(abs(b.confidence - b.approved)) / sum(b.verdicts) as ece_score,
    sum(b.squares) / sum(b.verdicts) as brier_score
from bins b
