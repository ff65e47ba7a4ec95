-- Conversion in stretches of 7 days, counted back from the window's end, each a window of its own:
-- of distinct shoppers with a completed job in the stretch, the share with an attributed purchase
-- within 7 days after their first such job; shoppers whose 7 days are not over are left out.
-- Grain: one row per stretch; the first one is shorter where the window is no multiple of 7 days.
-- Parameters:
--   since             first day of the window; jobs count on the day they completed
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   week              first day of the stretch
--   shopper_count     shoppers with a completed job in the stretch whose 7 days are over
--   converted_count   those of them with an attributed purchase in their 7 days
--   left_out_count    shoppers whose 7 days are not over
--   conversion_pct    converted ÷ shoppers; n/a without shoppers
with days as (
    select
        cast(d.day as date) as day,
        greatest(
            cast(:until as date) - 7 * ((cast(:until as date) - 1 - cast(d.day as date)) / 7 + 1),
            cast(:since as date)
        ) as first_day
    from generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
),

firsts as (
    -- Of a day's shoppers those are taken away who were there earlier in the stretch.
    select
        d.first_day,
        d.day + 7 < cast(:as_of as date) as is_over,
        t.shoppers - e.shoppers as shoppers,
        t.converted - e.converted as converted
    from days d
    cross join
        lateral (
            select
                coalesce(sum(a.shoppers), 0) as shoppers,
                coalesce(sum(a.converted), 0) as converted
            from rollup_active a
            where a.in_view = any(cast((select scope_views()) as uuid[])) and a.day = d.day
        ) as t
    cross join
        lateral (
            select
                coalesce(sum(r.shoppers), 0) as shoppers,
                coalesce(sum(r.converted), 0) as converted
            from rollup_completions r
            where
                r.in_view = any(cast((select scope_views()) as uuid[]))
                and r.grain = 'day'
                and r.day = d.day
                and r.previous_day >= d.first_day
        ) as e
),

counted as (
    select
        f.first_day,
        cast(coalesce(sum(f.shoppers) filter (where f.is_over), 0) as bigint) as shopper_count,
        cast(coalesce(sum(f.converted) filter (where f.is_over), 0) as bigint) as converted_count,
        cast(coalesce(sum(f.shoppers) filter (where not f.is_over), 0) as bigint) as left_out_count
    from firsts f
    group by f.first_day
)

select
    c.first_day as week,
    c.shopper_count,
    c.converted_count,
    c.left_out_count,
    cast(c.converted_count as numeric) / nullif(c.shopper_count, 0) as conversion_pct
from counted c
order by c.first_day
