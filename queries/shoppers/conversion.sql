-- Conversion: of distinct shoppers with a completed job in the window, the share with an attributed
-- purchase within 7 days after their first such job. Shoppers whose 7 days are not over are left
-- out and counted beside the figure: they are over once the 7th day after that job's is. Over all
-- brands a shopper of two counts once; over several brands short of all, shoppers are
-- shopper–brand pairs.
-- Grain: one row.
-- Parameters:
--   since             first day of the window; jobs count on the day they completed
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   shopper_count     shoppers with a completed job in the window whose 7 days are over
--   converted_count   those of them with an attributed purchase in their 7 days
--   left_out_count    shoppers whose 7 days are not over
--   conversion_pct    converted ÷ shoppers; n/a without shoppers
-- A shopper's first day in the window is the one whose previous day lies before it.
with firsts as (
    select
        d.is_over,
        d.sign * c.shoppers as shoppers,
        d.sign * c.converted as converted
    from
        distinct_days(
            cast(:since as date), cast(:until as date), cast(:as_of as date)
        ) as d
    cross join lateral (
        select
            sum(r.shoppers) as shoppers,
            sum(r.converted) as converted
        from rollup_completions r
        where
            r.in_view = any(cast((select scope_views()) as uuid[]))
            and r.grain = d.grain
            and r.day = d.day
            and r.previous_day >= d.previous_from
            and r.previous_day < d.previous_until
    ) as c
),

counted as (
    select
        cast(coalesce(sum(f.shoppers) filter (where f.is_over), 0) as bigint) as shopper_count,
        cast(coalesce(sum(f.converted) filter (where f.is_over), 0) as bigint) as converted_count,
        cast(coalesce(sum(f.shoppers) filter (where not f.is_over), 0) as bigint) as left_out_count
    from firsts f
)

select
    c.shopper_count,
    c.converted_count,
    c.left_out_count,
    cast(c.converted_count as numeric) / nullif(c.shopper_count, 0) as conversion_pct
from counted c
