-- LTV, CAC and payback of each cohort by itself: margin per shopper over the months that are
-- complete for it, at most 12; CAC = acquisition spend of the cohort's month ÷ its shoppers.
-- LTV:CAC = their ratio, none below 12 complete months. Payback = first month m in which cumulative
-- margin per shopper ≥ CAC, else "not yet". Other definitions as in shoppers/lifetime_value.
-- Grain: one row per cohort with a complete month, the latest first.
-- Parameters:
--   since            the first cohort is the month with this day
--   until            months that end by this day are complete
-- Columns:
--   cohort_month     first day of the cohort's month
--   shopper_count    shoppers of the cohort
--   month_count      its complete months, at most 12
--   revenue_usd      attributed revenue of those months ÷ shoppers
--   ltv_usd          gross margin × attributed revenue of those months ÷ shoppers
--   spend_usd        acquisition spend of the cohort's month
--   cac_usd          CAC
--   ltv_cac_ratio    LTV ÷ CAC; n/a below 12 complete months, and without spend
--   payback_month    payback, 0 being the first job's month; n/a when not yet
with sizes as (
    select
        c.cohort,
        least(months_between(c.cohort, cast(:until as date)), 12) as month_count,
        sum(c.shoppers) as shopper_count
    from rollup_cohorts c
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.grain = 'month'
        and c.split = 'none'
        and c.part = 'all'
        and c.cohort >= cast(date_trunc('month', cast(:since as timestamp)) as date)
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

spent as (
    select
        a.starts_on as cohort,
        sum(a.spend_usd) as spend_usd
    from rollup_spend a
    where a.in_view = any(cast((select scope_views()) as uuid[])) and a.grain = 'month'
    group by a.starts_on
),

months as (
    select
        s.cohort,
        m.number,
        s.month_count,
        s.shopper_count,
        coalesce(a.spend_usd, 0) as spend_usd,
        sum(coalesce(r.revenue_usd, 0)) over running as revenue_usd,
        sum(coalesce(r.margin_usd, 0)) over running as margin_usd
    from sizes s
    inner join generate_series(0, 11) as m (number) on s.month_count > m.number
    left join revenues r on s.cohort = r.cohort and m.number = r.number
    left join spent a on s.cohort = a.cohort
    window running as (partition by s.cohort order by m.number)
)

select
    m.cohort as cohort_month,
    cast(m.shopper_count as bigint) as shopper_count,
    m.month_count,
    round(max(m.revenue_usd) filter (where m.number = m.month_count - 1) / m.shopper_count, 2)
        as revenue_usd,
    round(max(m.margin_usd) filter (where m.number = m.month_count - 1) / m.shopper_count, 2)
        as ltv_usd,
    m.spend_usd,
    round(m.spend_usd / m.shopper_count, 2) as cac_usd,
    case
        when m.month_count = 12
            then max(m.margin_usd) filter (where m.number = 11) / nullif(m.spend_usd, 0)
    end as ltv_cac_ratio,
    cast(min(m.number) filter (where m.margin_usd >= m.spend_usd) as numeric) as payback_month
from months m
group by m.cohort, m.shopper_count, m.month_count, m.spend_usd
order by m.cohort desc
