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
with began as (
    select date_trunc('day', min(j.finished_at) at time zone 'UTC') as first_day
    from tryon_jobs j
    where
        j.status = 'completed'
        and (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
),

completed as (
    select
        date_trunc('day', j.finished_at at time zone 'UTC') as day,
        count(*) as completed_count
    from tryon_jobs j
    where
        j.status = 'completed'
        and (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and j.finished_at >= cast(:since as timestamptz) - interval '56 days'
        and j.finished_at < cast(:until as timestamptz)
    group by date_trunc('day', j.finished_at at time zone 'UTC')
),

days as (
    select
        d.day,
        coalesce(c.completed_count, 0) as completed_count,
        ln(coalesce(c.completed_count, 0) + 1.0) as y,
        coalesce(d.day >= b.first_day, false) as has_value
    from
        generate_series(
            cast(:since as timestamp) - interval '56 days',
            cast(:until as timestamp) - interval '1 day',
            interval '1 day'
        ) as d (day)
    cross join began b
    left join completed c on d.day = c.day
),

compared as (
    select
        d.day,
        d.completed_count,
        d.y,
        e.y as earlier_y
    from days d
    left join days e
        on
            e.has_value
            and d.day > e.day
            and d.day - interval '56 days' <= e.day
            and extract(isodow from d.day) = extract(isodow from e.day)
    where d.day >= cast(:since as timestamp)
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
    d.day,
    d.completed_count,
    d.value_count,
    exp(d.median) - 1 as usual_count,
    coalesce(
        d.value_count >= 6 and d.mad > 0 and abs(d.y - d.median) > 3.5 * 1.4826 * d.mad, false
    ) as is_unusual
from deviations d
order by d.day
