-- Retention, three modes on the same cohorts: on period N, on or after N, bracket (active anywhere
-- in [a, b)). Active = launched a job. Period 0 is 100 %. The cohort of a shopper is the day (week,
-- month) on which they launched their first job, with the brand in view, ever. A cell is future
-- (period N not begun for the last member): blank, never 0; running (begun, not over): value
-- hatched, out of every mean; or complete: elapsed, 0 % if nobody came. A cohort whose own period
-- is not over is running throughout. On or after is complete once N is over for all, and is
-- labelled "so far": like what is running it counts today as far as it is there. Mean row is
-- pooled: Σ returned ÷ Σ cohort size over the complete cells of the column; none → blank. Category
-- and device are those of the first job, channel is what brought the shopper. Over all brands a
-- shopper of two counts once; over several brands short of all, shoppers are shopper–brand pairs.
-- Grain: one row per cohort and column, and one per column for the mean, last.
-- Parameters:
--   step             what a period is: day, week or month
--   mode             on, after or bracket
--   numbers          first period of each column, rising, with commas between them; in mode bracket
--                    a column ends where the next one begins, and the last number is an end only;
--                    days are known as far as 30
--   until            first day after the cohorts: the last 31 days, 26 weeks or 18 months before it
--   as_of            the day that is not over yet
--   split            none, category, device or channel; days and weeks know none only
--   part             which of them: all without a split, unknown where the first job does not say
-- Columns:
--   cohort           first day of the cohort's day, week or month; n/a for the mean
--   first_period     first period of the column
--   next_period      first period after the column; n/a where it has no end
--   cohort_count     shoppers of the cohort; for the mean those of the complete cells
--   returned_count   those of them who launched a job in the column's periods; n/a in the future
--   retention_pct    returned ÷ cohort; n/a in the future, and for a mean of nothing
--   state            future, running, complete or mean
with period as (
    select
        cast('1 ' || cast(:step as text) as interval) as length,
        case cast(:step as text) when 'day' then 31 when 'week' then 26 else 18 end as cohorts
),

edges as (
    select
        n.number,
        lead(n.number) over (order by n.number) as following
    from unnest(cast(string_to_array(:numbers, ',') as integer[])) as n (number)
),

spans as (
    select
        e.number as first_period,
        case cast(:mode as text)
            when 'on' then e.number + 1
            when 'bracket' then e.following
        end as next_period,
        case cast(:mode as text) when 'bracket' then e.following else e.number + 1 end as over_at
    from edges e
    where cast(:mode as text) <> 'bracket' or e.following is not null
),

first_cohort as (
    select
        cast(
            date_trunc(cast(:step as text), cast(:until as timestamp) - interval '1 day')
            - (p.cohorts - 1) * p.length as date
        ) as cohort
    from period p
),

active as materialized (
    select
        r.cohort,
        r.number,
        r.previous_number,
        sum(r.shoppers) as shoppers
    from rollup_cohorts r
    where
        r.in_view = any(cast((select scope_views()) as uuid[]))
        and r.grain = cast(:step as text)
        and r.split = cast(:split as text)
        and r.part = cast(:part as text)
        and r.cohort >= (select f.cohort from first_cohort f)
        and r.cohort < least(cast(:until as date), cast(:as_of as date))
        and (
            cast(:mode as text) = 'after' or r.number <= (select max(e.number) from edges e)
        )
    group by r.cohort, r.number, r.previous_number
    having sum(r.shoppers) > 0
),

sizes as (
    select
        a.cohort,
        a.shoppers
    from active a
    where a.number = 0
),

-- On or after N: who was active after everything before N, less who was so before N.
changes as (
    select
        a.cohort,
        v.at_number,
        sum(v.change) as change
    from active a
    cross join
        lateral (values (a.previous_number + 1, a.shoppers), (a.number + 1, -a.shoppers))
            as v (at_number, change)
    where cast(:mode as text) = 'after'
    group by a.cohort, v.at_number
),

returns as (
    select
        a.cohort,
        a.number as first_period,
        sum(a.shoppers) as returned
    from active a
    where cast(:mode as text) = 'on'
    group by a.cohort, a.number
    union all
    select
        c.cohort,
        s.first_period,
        sum(c.change) as returned
    from spans s
    inner join changes c on s.first_period >= c.at_number
    group by c.cohort, s.first_period
    union all
    select
        a.cohort,
        s.first_period,
        sum(a.shoppers) as returned
    from spans s
    inner join active a
        on
            s.first_period <= a.number
            and s.next_period > a.number
            and s.first_period > a.previous_number
    where cast(:mode as text) = 'bracket'
    group by a.cohort, s.first_period
),

cells as (
    select
        z.cohort,
        s.first_period,
        s.next_period,
        z.shoppers,
        coalesce(r.returned, 0) as returned,
        case
            when z.cohort + s.over_at * p.length <= cast(:as_of as date) then 'complete'
            when z.cohort + s.first_period * p.length <= cast(:as_of as date) then 'running'
            else 'future'
        end as state
    from sizes z
    cross join spans s
    cross join period p
    left join returns r on z.cohort = r.cohort and s.first_period = r.first_period
)

select
    c.cohort,
    c.first_period,
    c.next_period,
    cast(c.shoppers as bigint) as cohort_count,
    case when c.state <> 'future' then cast(c.returned as bigint) end as returned_count,
    case when c.state <> 'future' then c.returned / nullif(c.shoppers, 0) end as retention_pct,
    c.state
from cells c
union all
select
    cast(null as date) as cohort,
    c.first_period,
    min(c.next_period) as next_period,
    cast(coalesce(sum(c.shoppers) filter (where c.state = 'complete'), 0) as bigint)
        as cohort_count,
    cast(coalesce(sum(c.returned) filter (where c.state = 'complete'), 0) as bigint)
        as returned_count,
    sum(c.returned) filter (where c.state = 'complete')
    / nullif(sum(c.shoppers) filter (where c.state = 'complete'), 0) as retention_pct,
    'mean' as state
from cells c
group by c.first_period
order by cohort nulls last, first_period
