-- LTV (12 months), CAC, LTV:CAC and payback of each brand by itself, defined as in revenue/ltv_cac.
-- Grain: one row per brand with shoppers by the window's end or spend in it, the highest LTV:CAC
-- first.
-- Parameters:
--   since               first day of the window, for CAC
--   until               first day after the window, for CAC; months that end by then are complete
-- Columns:
--   brand_id            brand
--   name                the brand's name
--   ltv_usd             LTV over the complete months; n/a without one
--   month_count         complete months in it (k), at most 12
--   gross_margin_pct    the brand's gross margin
--   spend_usd           acquisition spend of the window
--   new_shopper_count   shoppers whose first job was in the window
--   cac_usd             CAC; n/a without new shoppers
--   ltv_cac_ratio       LTV ÷ CAC; n/a below 12 complete months, without spend or new shoppers
--   payback_month       payback, 0 being the first job's month; n/a when not yet or without CAC
with people as (
    select
        s.brand_id,
        s.user_id,
        s.first_job_at at time zone 'UTC' as first_day,
        -- How many of the months 0…11 are complete for this shopper's cohort.
        least(
            12 * (
                date_part('year', cast(:until as date))
                - date_part('year', s.first_job_at at time zone 'UTC')
            )
            + date_part('month', cast(:until as date))
            - date_part('month', s.first_job_at at time zone 'UTC'),
            12
        ) as complete_count
    from shoppers s
    where s.first_job_at < cast(:until as timestamptz)
),

counts as (
    select
        p.brand_id,
        p.complete_count,
        count(*) as shopper_count
    from people p
    group by p.brand_id, p.complete_count
),

sizes as (
    select
        c.brand_id,
        m.number,
        sum(c.shopper_count) as shopper_count
    from counts c
    inner join generate_series(0, 11) as m (number) on c.complete_count > m.number
    group by c.brand_id, m.number
),

bought as materialized (
    select
        p.brand_id,
        p.user_id,
        p.purchased_at at time zone 'UTC' as purchased,
        p.net_usd
    from attributed_purchases p
    where p.purchased_at < cast(:until as timestamptz)
),

sales as (
    select
        b.brand_id,
        p.complete_count,
        b.net_usd,
        12 * (date_part('year', b.purchased) - date_part('year', p.first_day))
        + date_part('month', b.purchased)
        - date_part('month', p.first_day) as number
    from bought b
    inner join people p on b.brand_id = p.brand_id and b.user_id = p.user_id
),

revenues as (
    select
        s.brand_id,
        s.number,
        sum(s.net_usd) as net_usd
    from sales s
    where s.number >= 0 and s.number < s.complete_count
    group by s.brand_id, s.number
),

months as (
    select
        z.brand_id,
        z.number,
        sum(coalesce(r.net_usd, 0) * b.gross_margin / z.shopper_count) over (
            partition by z.brand_id
            order by z.number
        ) as cumulated
    from sizes z
    inner join brands b on z.brand_id = b.id
    left join revenues r on z.brand_id = r.brand_id and z.number = r.number
),

spent as (
    select
        a.brand_id,
        sum(round(a.amount * a.usd_rate, 2)) as spend
    from acquisition_spend a
    where a.day >= cast(:since as date) and a.day < cast(:until as date)
    group by a.brand_id
),

newcomers as (
    select
        p.brand_id,
        count(*) filter (where p.first_day >= cast(:since as timestamp)) as new_count
    from people p
    group by p.brand_id
),

acquired as (
    select
        b.id as brand_id,
        b.name,
        b.gross_margin,
        coalesce(s.spend, 0) as spend,
        coalesce(n.new_count, 0) as new_count
    from brands b
    left join spent s on b.id = s.brand_id
    left join newcomers n on b.id = n.brand_id
    where s.brand_id is not null or n.brand_id is not null
),

figures as (
    select
        a.brand_id,
        a.name,
        a.gross_margin,
        a.spend,
        a.new_count,
        max(m.number) as last_number,
        (array_agg(m.cumulated order by m.number desc))[1] as ltv,
        min(m.number) filter (
            where m.cumulated * a.new_count >= a.spend and a.new_count > 0
        ) as payback
    from acquired a
    left join months m on a.brand_id = m.brand_id
    group by a.brand_id, a.name, a.gross_margin, a.spend, a.new_count
)

select
    f.brand_id,
    f.name,
    round(f.ltv, 2) as ltv_usd,
    coalesce(f.last_number + 1, 0) as month_count,
    f.gross_margin as gross_margin_pct,
    f.spend as spend_usd,
    f.new_count as new_shopper_count,
    round(f.spend / nullif(f.new_count, 0), 2) as cac_usd,
    case when f.last_number = 11 then f.ltv * f.new_count / nullif(f.spend, 0) end as ltv_cac_ratio,
    cast(f.payback as numeric) as payback_month
from figures f
order by ltv_cac_ratio desc nulls last, f.name asc, f.brand_id asc
