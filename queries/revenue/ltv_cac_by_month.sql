-- LTV (12 months), CAC and LTV:CAC as at the end of each month: LTV over the months that were
-- complete by then, CAC of the month.
-- Grain: one row per complete month.
-- Parameters:
--   since               the first month is the one with this day
--   until               months that end by this day are complete
-- Columns:
--   month               first day of the month
--   ltv_usd             LTV at the month's end; n/a without a complete month
--   month_count         complete months in it (k), at most 12
--   spend_usd           acquisition spend of the month
--   new_shopper_count   shoppers whose first job was in the month
--   cac_usd             CAC; n/a without new shoppers
--   ltv_cac_ratio       LTV ÷ CAC; n/a below 12 complete months, without spend or new shoppers
--   payback_month       first month m in which cumulative margin per shopper ≥ CAC; n/a when not
--                       yet, or without CAC
with sizes as (
    select
        c.cohort,
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

reported as (
    select cast(r.month as date) as month
    from generate_series(
        date_trunc('month', cast(:since as timestamp)),
        cast(:until as timestamp) - interval '1 month',
        interval '1 month'
    ) as r (month)
),

-- Month m of a cohort is complete at the end of the month that is m months after the cohort's.
months as (
    select
        t.month,
        m.number,
        coalesce(sum(r.margin_usd), 0) / sum(s.shopper_count) as margin_per_shopper
    from reported t
    cross join generate_series(0, 11) as m (number)
    inner join sizes s on m.number <= months_between(s.cohort, t.month)
    left join revenues r on s.cohort = r.cohort and m.number = r.number
    group by t.month, m.number
),

cumulated as (
    select
        m.month,
        m.number,
        sum(m.margin_per_shopper) over (partition by m.month order by m.number) as margin
    from months m
),

ltv as (
    select
        m.month,
        sum(m.margin_per_shopper) as amount,
        count(*) as month_count
    from months m
    group by m.month
),

spent as (
    select
        a.starts_on as month,
        sum(a.spend_usd) as spend
    from rollup_spend a
    where a.in_view = any(cast((select scope_views()) as uuid[])) and a.grain = 'month'
    group by a.starts_on
)

select
    t.month,
    round(l.amount, 2) as ltv_usd,
    coalesce(l.month_count, 0) as month_count,
    coalesce(a.spend, 0) as spend_usd,
    coalesce(n.shopper_count, 0) as new_shopper_count,
    round(coalesce(a.spend, 0) / n.shopper_count, 2) as cac_usd,
    case
        when l.month_count = 12 and n.shopper_count > 0
            then l.amount * n.shopper_count / nullif(a.spend, 0)
    end as ltv_cac_ratio,
    (
        select cast(min(c.number) as numeric)
        from cumulated c
        where c.month = t.month and c.margin * n.shopper_count >= coalesce(a.spend, 0)
    ) as payback_month
from reported t
left join ltv l on t.month = l.month
left join spent a on t.month = a.month
left join sizes n on t.month = n.cohort
order by t.month
