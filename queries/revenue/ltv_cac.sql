-- LTV (12 months) = gross margin × Σ over m = 0…11 of (attributed revenue in the m-th calendar
-- month after the first job's month, over cohorts for which that month is complete) ÷ (shoppers in
-- those cohorts). Fewer than 12 complete months → "LTV (k months)", and no LTV:CAC. CAC =
-- acquisition spend ÷ new shoppers of the window. LTV:CAC = their ratio. Payback = first month m in
-- which cumulative margin per shopper ≥ CAC, else "not yet". Gross margin is a setting of the
-- brand: each brand's revenue counts with its own. Over all brands a shopper of two counts once;
-- over several brands short of all, shoppers are shopper–brand pairs.
-- Grain: one row.
-- Parameters:
--   since               first day of the window, for CAC
--   until               first day after the window, for CAC; months that end by then are complete
-- Columns:
--   ltv_usd             LTV over the complete months; n/a without one
--   month_count         complete months in it (k), at most 12
--   gross_margin_pct    gross margin, weighted by revenue over several brands; n/a without revenue
--   spend_usd           acquisition spend of the window
--   new_shopper_count   shoppers whose first job was in the window
--   cac_usd             CAC; n/a without new shoppers
--   ltv_cac_ratio       LTV ÷ CAC; n/a below 12 complete months, without spend or new shoppers
--   payback_month       payback, 0 being the first job's month; n/a when not yet or without CAC
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
        p.net_usd,
        p.net_usd * b.gross_margin as margin_usd
    from attributed_purchases p
    inner join brands b on p.brand_id = b.id
    where p.purchased_at < cast(:until as timestamptz)
),

revenues as (
    select
        date_trunc('month', p.first_day) as cohort_month,
        b.month,
        sum(b.net_usd) as net_usd,
        sum(b.margin_usd) as margin_usd
    from bought b
    inner join people p on b.in_view = p.in_view and b.user_id = p.user_id
    group by date_trunc('month', p.first_day), b.month
),

months as (
    select
        m.number,
        sum(s.shopper_count) as shopper_count,
        coalesce(sum(r.net_usd), 0) as net_usd,
        coalesce(sum(r.margin_usd), 0) as margin_usd
    from generate_series(0, 11) as m (number)
    inner join sizes s
        on s.cohort_month + make_interval(months => m.number + 1) <= cast(:until as timestamp)
    left join revenues r
        on
            s.cohort_month = r.cohort_month
            and r.month = s.cohort_month + make_interval(months => m.number)
    group by m.number
),

ltv as (
    select
        sum(m.margin_usd / m.shopper_count) as amount,
        count(*) as month_count,
        sum(m.margin_usd) / nullif(sum(m.net_usd), 0) as gross_margin
    from months m
),

cumulated as (
    select
        m.number,
        sum(m.margin_usd / m.shopper_count) over (order by m.number) as margin
    from months m
),

acquired as (
    select
        (
            select coalesce(sum(round(a.amount * a.usd_rate, 2)), 0)
            from acquisition_spend a
            where a.day >= cast(:since as date) and a.day < cast(:until as date)
        ) as spend,
        (
            select count(*)
            from people p
            where
                p.first_day >= cast(:since as timestamp) and p.first_day < cast(:until as timestamp)
        ) as new_shopper_count
)

select
    round(l.amount, 2) as ltv_usd,
    l.month_count,
    l.gross_margin as gross_margin_pct,
    a.spend as spend_usd,
    a.new_shopper_count,
    round(a.spend / nullif(a.new_shopper_count, 0), 2) as cac_usd,
    case
        when l.month_count = 12 and a.new_shopper_count > 0
            then l.amount * a.new_shopper_count / nullif(a.spend, 0)
    end as ltv_cac_ratio,
    (
        select cast(min(c.number) as numeric)
        from cumulated c
        where c.margin * a.new_shopper_count >= a.spend and a.new_shopper_count > 0
    ) as payback_month
from ltv l
cross join acquired a
