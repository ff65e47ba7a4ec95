-- Model confidence: mean of confidence over completed jobs: the engine's own estimate. Its spread:
-- one standard deviation of the same jobs to either side, within 0 and 1.
-- Grain: one row per day, week or month of the window; the first may have begun before it.
-- Parameters:
--   since                  first day of the window
--   until                  first day after the window
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
--   category               garment category, or all
--   device                 ios, android, desktop, tablet, other, or all
--   step                   day, week or month
-- Columns:
--   day                    first day of the day, week or month
--   model_confidence_pct   mean confidence; n/a when nothing completed
--   low_pct                mean − standard deviation
--   high_pct               mean + standard deviation
--   completed_count        jobs completed in it, as far as the window goes
with sums as (
    select
        date_trunc(cast(:step as text), cast(c.starts_on as timestamp)) as day,
        nullif(sum(c.rated), 0) as rated,
        sum(c.confidence_sum) as thousandths,
        sum(c.confidence_square_sum) as squares,
        sum(c.completed) as completed
    from rollup_cells c
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = any(cell_categories(:category, :device))
        and c.device = any(cell_devices(:category, :device))
        and c.origin = any(each_origin(:origin))
        and c.grain = 'day'
        and c.starts_on >= cast(:since as date)
        and c.starts_on < cast(:until as date)
    group by date_trunc(cast(:step as text), cast(c.starts_on as timestamp))
),

jobs as (
    select
        s.day,
        cast(s.thousandths as double precision) / 1000 / s.rated as confidence,
        -- Of whole numbers, so that equal values have none.
        sqrt(cast(s.rated * s.squares - s.thousandths * s.thousandths as double precision))
        / 1000 / s.rated as deviation,
        s.completed
    from sums s
)

select
    d.day,
    j.confidence as model_confidence_pct,
    case when j.confidence is not null then greatest(j.confidence - j.deviation, 0) end as low_pct,
    case when j.confidence is not null then least(j.confidence + j.deviation, 1) end as high_pct,
    coalesce(j.completed, 0) as completed_count
from
    generate_series(
        date_trunc(cast(:step as text), cast(:since as timestamp)),
        cast(:until as timestamp) - interval '1 day',
        cast('1 ' || :step as interval)
    ) as d (day)
left join jobs j on d.day = j.day
order by d.day
