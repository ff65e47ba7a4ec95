-- The curve behind LTV: margin per shopper in the m-th calendar month after the first job's month,
-- over cohorts for which that month is complete, and what it adds up to; beside it CAC, which it
-- has to reach to pay back. Definitions as in revenue/ltv_cac.
-- Grain: one row per m = 0…11 with a complete cohort.
-- Parameters:
--   since            first day of the window, for CAC
--   until            first day after the window, for CAC; months that end by then are complete
-- Columns:
--   month_number     m, 0 being the month of the first job
--   shopper_count    shoppers of the cohorts for which that month is complete
--   margin_usd       gross margin × attributed revenue of that month ÷ those shoppers
--   cumulative_usd   margin of months 0…m, added up
--   cac_usd          CAC, the same in every row; n/a without new shoppers
-- Month m of a cohort is complete for m below complete_count.
with sizes as (
    select
        c.cohort,
        months_between(c.cohort, cast(:until as date)) as complete_count,
        sum(c.shoppers) as shopper_count
    from rollup_cohorts c
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.grain = 'month'
        and c.split = 'none'
        and c.part = 'all'
        and c.cohort < date_trunc('month', cast(:until as timestamp))
        and c.number = 0
    group by c.cohort
    having sum(c.shoppers) > 0
),

revenues as (
    select
        v.cohort,
        v.number,
        sum(v.margin_usd) as margin_usd
    from rollup_value v
    where v.in_view = any(cast((select scope_views()) as uuid[])) and v.number < 12
    group by v.cohort, v.number
),

months as (
    select
        m.number,
        sum(s.shopper_count) as shopper_count,
        coalesce(sum(r.margin_usd), 0) as margin_usd
    from generate_series(0, 11) as m (number)
    inner join sizes s on m.number < s.complete_count
    left join revenues r on s.cohort = r.cohort and m.number = r.number
    group by m.number
),

spent as (
    select coalesce(sum(a.spend_usd), 0) as spend
    from range_parts(cast(:since as date), cast(:until as date)) p
    inner join rollup_spend a
        on p.grain = a.grain and p.first_day <= a.starts_on and p.day_after > a.starts_on
    where a.in_view = any(cast((select scope_views()) as uuid[]))
),

acquired as (
    select
        s.spend,
        (
            select sum(n.shoppers)
            from rollup_returns n
            where
                n.in_view = any(cast((select scope_views()) as uuid[]))
                and n.split = 'none'
                and n.part = 'all'
                and n.grain = 'day'
                and n.cohort >= cast(:since as date)
                and n.cohort < cast(:until as date)
        ) as new_shopper_count
    from spent s
)

select
    m.number as month_number,
    m.shopper_count,
    round(m.margin_usd / m.shopper_count, 2) as margin_usd,
    round(sum(m.margin_usd / m.shopper_count) over (order by m.number), 2) as cumulative_usd,
    round(a.spend / nullif(a.new_shopper_count, 0), 2) as cac_usd
from months m
cross join acquired a
order by m.number
