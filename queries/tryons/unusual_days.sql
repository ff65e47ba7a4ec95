-- Unusual day: with y = log(x + 1), |y − median| > 3.5 × 1.4826 × MAD over the same weekday of
-- the last 8 weeks; MAD 0 or fewer than 6 values → never. x is the day's completed jobs. A day
-- before the first completed job in view is no value.
-- Grain: one row per day of the window.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
--   category          garment category, or all
--   device            ios, android, desktop, tablet, other, or all
-- Columns:
--   day               day
--   completed_count   jobs completed on that day
--   value_count       how many of the 8 weekdays before have a value
--   usual_count       the median of those, as jobs: exp(median of y) − 1; n/a without values
--   is_unusual        whether the day is unusual
with completed as materialized (
    select
        c.starts_on as day,
        sum(c.completed) as completed_count
    from rollup_cells c
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = any(cell_categories(:category, :device))
        and c.device = any(cell_devices(:category, :device))
        and c.origin = any(each_origin(:origin))
        and c.grain = 'day'
        and c.starts_on < cast(:until as date)
    group by c.starts_on
    having sum(c.completed) > 0
),

days as materialized (
    select
        cast(d.day as date) as day,
        coalesce(c.completed_count, 0) as completed_count,
        ln(cast(coalesce(c.completed_count, 0) + 1 as double precision)) as y,
        coalesce(cast(d.day as date) >= (select min(f.day) from completed f), false) as has_value
    from
        generate_series(
            cast(:since as timestamp) - interval '56 days',
            cast(:until as timestamp) - interval '1 day',
            interval '1 day'
        ) as d (day)
    left join completed c on cast(d.day as date) = c.day
),

compared as (
    select
        d.day,
        d.completed_count,
        d.y,
        e.y as earlier_y
    from days d
    cross join generate_series(7, 56, 7) as w (days_back)
    left join days e on d.day - w.days_back = e.day and e.has_value
    where d.day >= cast(:since as date)
),

medians as (
    select
        c.day,
        percentile_cont(0.5) within group (order by c.earlier_y) as median
    from compared c
    group by c.day
),

deviations as (
    select
        c.day,
        c.completed_count,
        c.y,
        m.median,
        count(c.earlier_y) as value_count,
        percentile_cont(0.5) within group (order by abs(c.earlier_y - m.median)) as mad
    from compared c
    inner join medians m on c.day = m.day
    group by c.day, c.completed_count, c.y, m.median
)

select
    cast(d.day as timestamp) as day,
    d.completed_count,
    d.value_count,
    exp(d.median) - 1 as usual_count,
    coalesce(
        d.value_count >= 6 and d.mad > 0 and abs(d.y - d.median) > 3.5 * 1.4826 * d.mad, false
    ) as is_unusual
from deviations d
order by d.day
