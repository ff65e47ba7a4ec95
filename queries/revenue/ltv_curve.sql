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

months as (
    select
        m.number,
        sum(s.shopper_count) as shopper_count,
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
    m.number as month_number,
    m.shopper_count,
    round(m.margin_usd / m.shopper_count, 2) as margin_usd,
    round(sum(m.margin_usd / m.shopper_count) over (order by m.number), 2) as cumulative_usd,
    round(a.spend / nullif(a.new_shopper_count, 0), 2) as cac_usd
from months m
cross join acquired a
order by m.number
