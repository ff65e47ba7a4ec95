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
-- Which months are complete, and what a shopper brought by each, is worked out beside the rollups.
with curves as materialized (
    select
        c.in_view as brand_id,
        c.margins_usd,
        cardinality(c.margins_usd) as month_count,
        c.margins_usd[cardinality(c.margins_usd)] as ltv
    from rollup_curves c
    where c.month = cast(date_trunc('month', cast(:until as timestamp)) as date)
    union all
    -- Twelve months after a brand's last cohort its curve is what it will stay.
    select
        c.in_view as brand_id,
        c.margins_usd,
        cardinality(c.margins_usd) as month_count,
        c.margins_usd[cardinality(c.margins_usd)] as ltv
    from rollup_curves c
    where
        c.until = 'infinity'
        and c.month < cast(date_trunc('month', cast(:until as timestamp)) as date)
),

spent as (
    select
        a.in_view as brand_id,
        sum(case p.sign when 1 then a.spend_usd else -a.spend_usd end) as spend
    from nearest_parts(cast(:since as date), cast(:until as date)) p
    inner join rollup_spend a
        on p.grain = a.grain and p.first_day <= a.starts_on and p.day_after > a.starts_on
    group by a.in_view
    having sum(case p.sign when 1 then a.spend_usd else -a.spend_usd end) <> 0
),

newcomers as (
    select
        c.in_view as brand_id,
        sum(p.sign * c.shoppers) as new_count
    from nearest_parts(cast(:since as date), cast(:until as date)) p
    inner join rollup_cohorts c
        on p.grain = c.grain and p.first_day <= c.cohort and p.day_after > c.cohort
    where c.split = 'none' and c.number = 0
    group by c.in_view
    having sum(p.sign * c.shoppers) > 0
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
    where
        s.brand_id is not null
        or n.brand_id is not null
        or b.id in (select v.brand_id from curves v)
        -- Those who came in the month that is under way, before the window.
        or b.id in (
            select c.in_view
            from rollup_cohorts c
            where
                c.grain = 'day'
                and c.cohort >= cast(date_trunc('month', cast(:until as timestamp)) as date)
                and c.cohort < cast(:since as date)
                and c.split = 'none'
                and c.number = 0
                and c.shoppers > 0
        )
)

select
    cast(a.brand_id as text) as brand_id,
    a.name,
    round(v.ltv, 2) as ltv_usd,
    coalesce(v.month_count, 0) as month_count,
    a.gross_margin as gross_margin_pct,
    a.spend as spend_usd,
    a.new_count as new_shopper_count,
    round(a.spend / nullif(a.new_count, 0), 2) as cac_usd,
    case
        when v.month_count = 12 and a.new_count > 0 then v.ltv * a.new_count / nullif(a.spend, 0)
    end as ltv_cac_ratio,
    -- Who is paid back in the first month needs no look at the others.
    case
        when a.new_count > 0 and v.margins_usd[1] * a.new_count >= a.spend then 0
        when a.new_count > 0
            then (
                select cast(min(m.place) - 1 as numeric)
                from unnest(v.margins_usd) with ordinality as m (margin_usd, place)
                where m.margin_usd * a.new_count >= a.spend
            )
    end as payback_month
from acquired a
left join curves v on a.brand_id = v.brand_id
order by ltv_cac_ratio desc nulls last, a.name asc, a.brand_id asc
