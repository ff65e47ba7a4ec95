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
-- A shopper's first day in the window is the one whose previous day lies before it.
with parts as materialized (
    select p.*
    from
        distinct_parts(
            cast(:since as date), least(cast(:until as date), cast(:as_of as date) - 7)
        ) as p
),

-- Added up part by part, each kind where it is few rows: of a day with all days before some, the
-- running sum up to the last of them; of some days before with later ones, that of each up to the
-- last less that up to the first. Where there is none, it is null and adds nothing.
firsts as (
    select
        c.in_view,
        p.sign * c.shoppers as shoppers,
        p.sign * c.converted as converted
    from parts p
    cross join
        lateral (
            select
                r.in_view,
                sum(r.shoppers) as shoppers,
                sum(r.converted) as converted
            from rollup_completions r
            where
                r.grain = 'month'
                and r.day >= p.first_day
                and r.day < p.day_after
                and r.previous_day >= p.previous_from
                and r.previous_day < p.previous_until
            group by r.in_view
        ) as c
    where p.grain = 'month'
    union all
    select
        c.in_view,
        p.sign * c.shoppers as shoppers,
        p.sign * c.converted as converted
    from parts p
    cross join
        lateral (
            select
                r.in_view,
                sum(r.shoppers[width_bucket(p.previous_until - 1, r.previous_days)]) as shoppers,
                sum(r.converted[width_bucket(p.previous_until - 1, r.previous_days)]) as converted
            from rollup_completion_days r
            where r.day >= p.first_day and r.day < p.day_after
            group by r.in_view
        ) as c
    where p.grain = 'day' and p.previous_from = '-infinity'
    union all
    select
        c.in_view,
        p.sign * (c.shoppers - c.shoppers_before) as shoppers,
        p.sign * (c.converted - c.converted_before) as converted
    from parts p
    cross join
        lateral (
            select
                r.in_view,
                sum(r.shoppers[width_bucket(p.day_after - 1, r.next_days)]) as shoppers,
                sum(r.converted[width_bucket(p.day_after - 1, r.next_days)]) as converted,
                coalesce(
                    sum(r.shoppers[width_bucket(p.first_day - 1, r.next_days)]), 0
                ) as shoppers_before,
                coalesce(
                    sum(r.converted[width_bucket(p.first_day - 1, r.next_days)]), 0
                ) as converted_before
            from rollup_next_completions r
            where r.day >= p.previous_from and r.day < p.previous_until
            group by r.in_view
        ) as c
    where p.grain = 'day' and p.previous_from > '-infinity'
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
