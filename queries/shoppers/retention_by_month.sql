-- D1 / D7 / D30 retention by the month in which shoppers launched their first job: on day N, the
-- seed's user_cohorts; denominator = cohort size. A cell is future (day N not begun for the last
-- member): blank, never 0; running (begun, not over): value hatched, out of every mean; or
-- complete: elapsed, 0 % if nobody came. A cohort whose own month is not over is running
-- throughout. Mean row is pooled: Σ returned ÷ Σ cohort size over the complete cells of the column;
-- none → blank. Other definitions as in shoppers/retention_card.
-- Grain: one row per cohort month and day number, and one per day number for the mean, last.
-- Parameters:
--   since            the first cohort month is the one with this day
--   until            first day after the cohorts
--   as_of            the day that is not over yet
--   split            none, category, device or channel
--   part             which of them: all without a split, unknown where the first job does not say
-- Columns:
--   cohort_month     first day of the cohort's month; n/a for the mean
--   day_number       1, 7 or 30
--   cohort_count     shoppers of the cohort; for the mean those of the complete cells
--   ended_count      those whose day N is over
--   returned_count   those of them who launched a job on day N; n/a in the future
--   retention_pct    returned ÷ ended, which is the cohort size once complete; n/a in the future
--   state            future, running, complete or mean
with months as (
    select
        cast(date_trunc('month', cast(r.cohort as timestamp)) as date) as cohort_month,
        n.day_number,
        sum(r.shoppers) as shoppers,
        sum(case when r.cohort + n.day_number < cast(:as_of as date) then r.shoppers else 0 end)
            as ended,
        sum(
            case
                when r.cohort + n.day_number >= cast(:as_of as date) then 0
                when n.day_number = 1 then r.day_1
                when n.day_number = 7 then r.day_7
                else r.day_30
            end
        ) as returned
    from rollup_returns r
    cross join (values (1), (7), (30)) as n (day_number)
    where
        r.in_view = any(cast((select scope_views()) as uuid[]))
        and r.split = cast(:split as text)
        and r.part = cast(:part as text)
        and r.grain = 'day'
        and r.cohort >= cast(date_trunc('month', cast(:since as timestamp)) as date)
        and r.cohort < least(cast(:until as date), cast(:as_of as date))
    group by date_trunc('month', cast(r.cohort as timestamp)), n.day_number
    having sum(r.shoppers) > 0
),

overs as (
    select
        m.*,
        cast(m.cohort_month + interval '1 month' as date) as month_after
    from months m
),

cells as (
    select
        o.*,
        case
            when o.month_after + o.day_number <= cast(:as_of as date) then 'complete'
            when o.month_after > cast(:as_of as date) then 'running'
            when o.month_after + o.day_number - 1 <= cast(:as_of as date) then 'running'
            else 'future'
        end as state
    from overs o
)

select
    c.cohort_month,
    c.day_number,
    cast(c.shoppers as bigint) as cohort_count,
    cast(c.ended as bigint) as ended_count,
    case when c.state <> 'future' then cast(c.returned as bigint) end as returned_count,
    case
        when c.state <> 'future' then cast(c.returned as numeric) / nullif(c.ended, 0)
    end as retention_pct,
    c.state
from cells c
union all
select
    cast(null as date) as cohort_month,
    c.day_number,
    cast(coalesce(sum(c.shoppers) filter (where c.state = 'complete'), 0) as bigint)
        as cohort_count,
    cast(coalesce(sum(c.shoppers) filter (where c.state = 'complete'), 0) as bigint) as ended_count,
    cast(coalesce(sum(c.returned) filter (where c.state = 'complete'), 0) as bigint)
        as returned_count,
    cast(sum(c.returned) filter (where c.state = 'complete') as numeric)
    / nullif(sum(c.shoppers) filter (where c.state = 'complete'), 0) as retention_pct,
    'mean' as state
from cells c
group by c.day_number
order by cohort_month nulls last, day_number
