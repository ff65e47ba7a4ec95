-- D1 / D7 / D30 retention in stretches of 7 days, counted back from the window's end: each pools
-- the cohort days whose day N ended inside the stretch. Definitions as in shoppers/retention_card.
-- Grain: one row per stretch; the first one is shorter where the window is no multiple of 7 days.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   as_of            the day that is not over yet
--   day_number       N: 1, 7 or 30
--   split            none, category, device or channel
--   part             which of them: all without a split, unknown where the first job does not say
-- Columns:
--   week             first day of the stretch
--   cohort_count     shoppers whose day N is a day of the stretch that is over
--   returned_count   those of them who launched a job on that day
--   retention_pct    returned ÷ cohort; n/a without shoppers
with days as (
    select
        (cast(:until as date) - 1 - cast(:day_number as integer) - r.cohort) / 7 as back,
        r.shoppers,
        case cast(:day_number as integer)
            when 1 then r.day_1
            when 7 then r.day_7
            when 30 then r.day_30
        end as returned
    from rollup_returns r
    where
        r.in_view = any(cast((select scope_views()) as uuid[]))
        and r.split = :split
        and r.part = :part
        and r.grain = 'day'
        and r.cohort >= cast(:since as date) - cast(:day_number as integer)
        and r.cohort
        < least(cast(:until as date), cast(:as_of as date)) - cast(:day_number as integer)
),

counted as (
    select
        d.back,
        cast(sum(d.shoppers) as bigint) as cohort_count,
        cast(sum(d.returned) as bigint) as returned_count
    from days d
    group by d.back
)

select
    greatest(cast(:until as date) - 7 * (w.back + 1), cast(:since as date)) as week,
    coalesce(c.cohort_count, 0) as cohort_count,
    coalesce(c.returned_count, 0) as returned_count,
    cast(c.returned_count as numeric) / nullif(c.cohort_count, 0) as retention_pct
from generate_series(0, (cast(:until as date) - cast(:since as date) - 1) / 7) as w (back)
left join counted c on w.back = c.back
order by week
