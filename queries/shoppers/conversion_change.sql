-- What changed: conversion by brand, to be asked for each of two periods. Defined as in
-- shoppers/conversion, with shopper–brand pairs: who tried on with two brands counts once for each.
-- Grain: one row per brand with a shopper whose 7 days are over.
-- Parameters:
--   since             first day of the window; jobs count on the day they completed
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   part              the brand's id
--   name              the brand's name
--   converted_count   shoppers with an attributed purchase within their 7 days
--   shopper_count     shoppers with a completed job in the window whose 7 days are over
-- A shopper's first day in the window is the one whose previous day lies before it: in whole months
-- the one whose previous month lies before the nearer end of the month that the window begins in,
-- and between that end and the window's first day it is told by day, on top or taken away. Where
-- the window ends late in a month that it has from the 1st on, the month counts as a whole, and its
-- last days are taken away.
with ends as (
    select least(cast(:until as date), cast(:as_of as date) - 7) as window_end
),

edges as (
    select
        e.window_end,
        case
            when
                extract(day from e.window_end) > 16
                and date_trunc('month', cast(e.window_end as timestamp)) >= cast(:since as date)
                then
                    cast(
                        date_trunc('month', cast(e.window_end as timestamp)) + interval '1 month'
                        as date
                    )
            else e.window_end
        end as last_month_end
    from ends e
),

parts as materialized (
    select
        p.grain,
        p.first_day,
        p.day_after,
        case
            when p.grain = 'day' then cast(:since as date)
            when extract(day from cast(:since as date)) > 15
                then
                    cast(
                        date_trunc('month', cast(:since as timestamp)) + interval '1 month' as date
                    )
            else cast(date_trunc('month', cast(:since as timestamp)) as date)
        end as window_start,
        1 as times,
        case when extract(day from cast(:since as date)) > 15 then -1 else 1 end as sign
    from edges e
    cross join lateral range_parts(cast(:since as date), e.last_month_end) as p
    union all
    select
        'day' as grain,
        e.window_end as first_day,
        e.last_month_end as day_after,
        cast(:since as date) as window_start,
        -1 as times,
        0 as sign
    from edges e
    where e.window_end < e.last_month_end
),

firsts as (
    select
        c.in_view,
        sum(p.times * c.shoppers) as shoppers,
        sum(p.times * c.converted) as converted
    from parts p
    inner join rollup_completions c
        on p.grain = c.grain and p.first_day <= c.day and p.day_after > c.day
    where c.previous_day < p.window_start
    group by c.in_view
    union all
    select
        c.in_view,
        sum(p.sign * c.shoppers) as shoppers,
        sum(p.sign * c.converted) as converted
    from parts p
    inner join rollup_completions c on p.first_day <= c.day and p.day_after > c.day
    where
        p.grain = 'month'
        and c.grain = 'day'
        -- Said for the planner, which has an index of these.
        and c.previous_day > '-infinity'
        and c.previous_day >= least(p.window_start, cast(:since as date))
        and c.previous_day < greatest(p.window_start, cast(:since as date))
    group by c.in_view
),

brand_totals as (
    select
        f.in_view,
        cast(sum(f.converted) as bigint) as converted_count,
        cast(sum(f.shoppers) as bigint) as shopper_count
    from firsts f
    group by f.in_view
)

select
    cast(b.id as text) as part,
    b.name,
    t.converted_count,
    t.shopper_count
from brand_totals t
inner join brands b on t.in_view = b.id
where t.shopper_count > 0
order by t.shopper_count desc, b.name asc, b.id asc
