-- What a shopper brings by month since the first job: attributed revenue, and gross margin × it, in
-- the m-th calendar month after the first job's month ÷ shoppers, of each cohort and pooled over
-- the cohorts for which that month is complete: the pooled margin of months 0…11 is LTV. Gross
-- margin is a setting of the brand: each brand's revenue counts with its own. Over all brands a
-- shopper of two counts once; over several brands short of all, shoppers are shopper–brand pairs.
-- Grain: one row per cohort and m = 0…11 that is complete, and one per m for all cohorts, last.
-- Parameters:
--   since                    the first cohort shown is the month with this day; all are pooled
--   until                    months that end by this day are complete
-- Columns:
--   cohort_month             first day of the cohort's month; n/a for all cohorts
--   month_number             m, 0 being the month of the first job
--   shopper_count            shoppers of the cohort, or of those for which that month is complete
--   revenue_usd              attributed revenue of that month ÷ those shoppers
--   margin_usd               gross margin × attributed revenue of that month ÷ those shoppers
--   cumulative_revenue_usd   revenue of months 0…m, added up
--   cumulative_margin_usd    margin of months 0…m, added up
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
        sum(v.revenue_usd) as revenue_usd,
        sum(v.margin_usd) as margin_usd
    from rollup_value v
    where v.in_view = any(cast((select scope_views()) as uuid[])) and v.number < 12
    group by v.cohort, v.number
),

cells as (
    select
        s.cohort,
        m.number,
        s.shopper_count,
        coalesce(r.revenue_usd, 0) as revenue_usd,
        coalesce(r.margin_usd, 0) as margin_usd
    from sizes s
    inner join generate_series(0, 11) as m (number) on s.complete_count > m.number
    left join revenues r on s.cohort = r.cohort and m.number = r.number
),

months as (
    select
        c.cohort,
        c.number,
        sum(c.shopper_count) as shopper_count,
        sum(c.revenue_usd) / sum(c.shopper_count) as revenue_usd,
        sum(c.margin_usd) / sum(c.shopper_count) as margin_usd
    from cells c
    group by grouping sets ((c.cohort, c.number), (c.number))
)

select
    m.cohort as cohort_month,
    m.number as month_number,
    cast(m.shopper_count as bigint) as shopper_count,
    round(m.revenue_usd, 2) as revenue_usd,
    round(m.margin_usd, 2) as margin_usd,
    round(sum(m.revenue_usd) over running, 2) as cumulative_revenue_usd,
    round(sum(m.margin_usd) over running, 2) as cumulative_margin_usd
from months m
where
    m.cohort is null
    or m.cohort >= cast(date_trunc('month', cast(:since as timestamp)) as date)
window running as (partition by m.cohort order by m.number)
order by m.cohort nulls last, m.number
