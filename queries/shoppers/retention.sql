-- Retention, mode on period N, by the month in which shoppers launched their first job, with the
-- brand in view, ever; active = launched a job. The seed's user_cohorts = mode on, N = 1, 7, 30, by
-- cohort month; denominator = cohort size. A cell is future (period N not begun for the last
-- member): blank, never 0; running (begun, not over): value hatched, out of every mean; or
-- complete: elapsed, 0 % if nobody came. A cohort whose own period is not over is running
-- throughout. Mean row is pooled: Σ returned ÷ Σ cohort size over the complete cells of the column;
-- none → blank. Over all brands a shopper of two counts once; over several brands short of all,
-- shoppers are shopper–brand pairs.
-- Grain: one row per cohort month and day number, and one per day number for the mean, last.
-- Parameters:
--   since            the first cohort month is the one with this day
--   as_of            the day that is not over yet
-- Columns:
--   cohort_month     first day of the cohort's month; n/a for the mean
--   day_number       1, 7 or 30
--   cohort_count     shoppers of the cohort; for the mean those of the complete cells
--   ended_count      those whose day N is over
--   returned_count   those of them who launched a job on day N
--   retention_pct    returned ÷ ended, which is the cohort size once complete; n/a in the future
--   state            future, running, complete or mean
with people as (
    select
        counted_within(s.brand_id) as in_view,
        s.user_id,
        cast(min(s.first_job_at) at time zone 'UTC' as date) as first_day
    from shoppers s
    group by counted_within(s.brand_id), s.user_id
),

members as (
    select
        p.in_view,
        p.user_id,
        p.first_day,
        cast(date_trunc('month', cast(p.first_day as timestamp)) as date) as cohort_month
    from people p
    where
        p.first_day >= date_trunc('month', cast(:since as timestamp))
        and p.first_day < cast(:as_of as date)
),

active as materialized (
    select
        counted_within(j.brand_id) as in_view,
        j.user_id,
        cast(j.created_at at time zone 'UTC' as date) as day
    from tryon_jobs j
    where
        j.origin = 'shopper'
        and j.brand_id is not null
        and j.created_at >= date_trunc('month', cast(:since as timestamp)) at time zone 'UTC'
        and j.created_at < cast(:as_of as timestamptz)
),

came_back as (
    select distinct
        m.cohort_month,
        m.in_view,
        m.user_id,
        a.day - m.first_day as day_number
    from members m
    inner join active a on m.in_view = a.in_view and m.user_id = a.user_id
    where a.day - m.first_day in (1, 7, 30)
),

returns as (
    select
        c.cohort_month,
        c.day_number,
        count(*) as returned_count
    from came_back c
    group by c.cohort_month, c.day_number
),

sizes as (
    select
        m.cohort_month,
        n.day_number,
        count(*) as cohort_count,
        count(*) filter (where m.first_day + n.day_number < cast(:as_of as date)) as ended_count,
        cast(m.cohort_month + interval '1 month' as date) + n.day_number as over_on
    from members m
    cross join (values (1), (7), (30)) as n (day_number)
    group by m.cohort_month, n.day_number
),

cells as (
    select
        s.cohort_month,
        s.day_number,
        s.cohort_count,
        s.ended_count,
        coalesce(r.returned_count, 0) as returned_count,
        case
            when s.over_on <= cast(:as_of as date) then 'complete'
            when s.cohort_month + interval '1 month' > cast(:as_of as date) then 'running'
            when s.over_on - 1 <= cast(:as_of as date) then 'running'
            else 'future'
        end as state
    from sizes s
    left join returns r on s.cohort_month = r.cohort_month and s.day_number = r.day_number
),

means as (
    select
        n.day_number,
        coalesce(sum(c.cohort_count), 0) as cohort_count,
        coalesce(sum(c.returned_count), 0) as returned_count
    from (values (1), (7), (30)) as n (day_number)
    left join cells c on n.day_number = c.day_number and c.state = 'complete'
    group by n.day_number
)

select
    c.cohort_month,
    c.day_number,
    c.cohort_count,
    c.ended_count,
    c.returned_count,
    case
        when c.state <> 'future' then cast(c.returned_count as numeric) / nullif(c.ended_count, 0)
    end as retention_pct,
    c.state
from cells c
union all
select
    cast(null as date) as cohort_month,
    m.day_number,
    cast(m.cohort_count as bigint) as cohort_count,
    cast(m.cohort_count as bigint) as ended_count,
    cast(m.returned_count as bigint) as returned_count,
    m.returned_count / nullif(m.cohort_count, 0) as retention_pct,
    'mean' as state
from means m
order by cohort_month nulls last, day_number
