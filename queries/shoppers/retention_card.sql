-- A D1 / D7 / D30 card pools the cohort days whose day N ended inside the window. Active = launched
-- a job. The cohort of a shopper is the day on which they launched their first job, with the brand
-- in view, ever. Category and device are those of the first job, channel is what brought the
-- shopper. Over all brands a shopper of two counts once; over several brands short of all, shoppers
-- are shopper–brand pairs.
-- Grain: one row.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   as_of            the day that is not over yet
--   day_number       N: 1, 7 or 30
--   split            none, category, device or channel
--   part             which of them: all without a split, unknown where the first job does not say
-- Columns:
--   cohort_count     shoppers whose day N is a day of the window that is over
--   returned_count   those of them who launched a job on that day
--   retention_pct    returned ÷ cohort; n/a without shoppers
with counted as (
    select
        cast(coalesce(sum(r.shoppers), 0) as bigint) as cohort_count,
        cast(
            coalesce(
                sum(
                    case cast(:day_number as integer)
                        when 1 then r.day_1
                        when 7 then r.day_7
                        when 30 then r.day_30
                    end
                ),
                0
            ) as bigint
        ) as returned_count
    from rollup_returns r
    where
        r.in_view = any(cast((select scope_views()) as uuid[]))
        and r.split = :split
        and r.part = :part
        and r.grain = 'day'
        and r.cohort >= cast(:since as date) - cast(:day_number as integer)
        and r.cohort
        < least(cast(:until as date), cast(:as_of as date)) - cast(:day_number as integer)
)

select
    c.cohort_count,
    c.returned_count,
    cast(c.returned_count as numeric) / nullif(c.cohort_count, 0) as retention_pct
from counted c
