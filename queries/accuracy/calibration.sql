-- Calibration, random draws only: in each of several equal-width bins of model confidence, the mean
-- confidence and the share approved. The two are the same where the engine knows how good it is.
-- Grain: one row per bin with a verdict.
-- Parameters:
--   since                  first day of the window
--   until                  first day after the window
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
--   category               garment category, or all
--   device                 ios, android, desktop, tablet, other, or all
--   bin_count              how many equal-width bins from 0 to 1: 10, or what divides it
-- Columns:
--   low_pct                where the bin begins
--   high_pct               where it ends
--   verdict_count          random draws with a verdict and a confidence (n)
--   model_confidence_pct   mean confidence
--   human_accuracy_pct     approved ÷ verdicts
with bins as (
    select
        v.bin * cast(:bin_count as integer) / 10 as bin,
        sum(v.verdicts) as verdicts,
        sum(v.approved) as approved,
        sum(v.confidence_sum) as confidence_sum
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
    cast(b.bin as numeric) / cast(:bin_count as integer) as low_pct,
    cast(b.bin + 1 as numeric) / cast(:bin_count as integer) as high_pct,
    b.verdicts as verdict_count,
    b.confidence_sum / 1000 / b.verdicts as model_confidence_pct,
    cast(b.approved as numeric) / b.verdicts as human_accuracy_pct
from bins b
order by b.bin
