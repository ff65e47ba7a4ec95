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
with people as (
    select
        counted_within(s.brand_id) as in_view,
        s.user_id,
        min(s.first_job_at) at time zone 'UTC' as first_day
    from shoppers s
    group by counted_within(s.brand_id), s.user_id
),

sizes as (
    select
        date_trunc('month', p.first_day) as cohort_month,
        count(*) as shopper_count
    from people p
    group by date_trunc('month', p.first_day)
),

bought as materialized (
    select
        counted_within(p.brand_id) as in_view,
        p.user_id,
        date_trunc('month', p.purchased_at at time zone 'UTC') as month,
        p.net_usd * b.gross_margin as margin_usd
    from attributed_purchases p
    inner join brands b on p.brand_id = b.id
    where p.purchased_at < cast(:until as timestamptz)
),

revenues as (
    select
        date_trunc('month', p.first_day) as cohort_month,
        b.month,
        sum(b.margin_usd) as margin_usd
    from bought b
    inner join people p on b.in_view = p.in_view and b.user_id = p.user_id
    group by date_trunc('month', p.first_day), b.month
),

reported as (
    select
        r.month,
        r.month + interval '1 month' as ended
    from generate_series(
        date_trunc('month', cast(:since as timestamp)),
        cast(:until as timestamp) - interval '1 month',
        interval '1 month'
    ) as r (month)
),

months as (
    select
        t.month,
        m.number,
        coalesce(sum(r.margin_usd), 0) / sum(s.shopper_count) as margin_per_shopper
    from reported t
    cross join generate_series(0, 11) as m (number)
    inner join sizes s on s.cohort_month + make_interval(months => m.number + 1) <= t.ended
    left join revenues r
        on
            s.cohort_month = r.cohort_month
            and r.month = s.cohort_month + make_interval(months => m.number)
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
        date_trunc('month', cast(a.day as timestamp)) as month,
        sum(round(a.amount * a.usd_rate, 2)) as spend
    from acquisition_spend a
    group by date_trunc('month', cast(a.day as timestamp))
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
left join sizes n on t.month = n.cohort_month
order by t.month
