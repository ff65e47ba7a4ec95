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
        sum(v.revenue_usd) as net_usd,
        sum(v.margin_usd) as margin_usd
    from rollup_value v
    where v.in_view = any(cast((select scope_views()) as uuid[])) and v.number < 12
    group by v.cohort, v.number
),

months as (
    select
        m.number,
        sum(s.shopper_count) as shopper_count,
        coalesce(sum(r.net_usd), 0) as net_usd,
        coalesce(sum(r.margin_usd), 0) as margin_usd
    from generate_series(0, 11) as m (number)
    inner join sizes s on m.number < s.complete_count
    left join revenues r on s.cohort = r.cohort and m.number = r.number
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
        coalesce(
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
            ),
            0
        ) as new_shopper_count
    from spent s
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
