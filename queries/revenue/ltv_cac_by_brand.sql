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
-- Month m is complete for cohorts that began m + 1 months before the window's end or earlier.
with numbers as materialized (
    select
        n.number,
        cast(
            date_trunc('month', cast(:until as timestamp)) - make_interval(months => n.number)
            as date
        ) as complete_before
    from generate_series(0, 11) as n (number)
),

cohorts as materialized (
    select
        c.in_view as brand_id,
        least(months_between(c.cohort, cast(:until as date)) - 1, 11) as last_number,
        sum(c.shoppers) as shoppers
    from rollup_cohorts c
    where
        c.grain = 'month'
        and c.cohort < cast(date_trunc('month', cast(:until as timestamp)) as date)
        and c.split = 'none'
        and c.number = 0
    group by c.in_view, last_number
),

-- Which months are complete for any cohort, and the shoppers of all cohorts.
spans as materialized (
    select
        c.brand_id,
        max(c.last_number) as last_number,
        sum(c.shoppers) as shoppers
    from cohorts c
    group by c.brand_id
),

revenues as (
    select
        v.in_view as brand_id,
        v.number,
        sum(v.margin_usd) as margin_usd
    from rollup_value v
    where
        v.cohort < (
            select array_agg(n.complete_before order by n.number) from numbers n
        )[v.number + 1]
    group by v.in_view, v.number
),

-- The shoppers for whom a month is complete are all but those whose last complete one is earlier.
months as (
    select
        s.brand_id,
        n.number,
        coalesce(r.margin_usd, 0) / (
            s.shoppers + coalesce(c.shoppers, 0) - sum(coalesce(c.shoppers, 0)) over of_brand
        ) as margin
    from spans s
    inner join numbers n on s.last_number >= n.number
    left join cohorts c on s.brand_id = c.brand_id and n.number = c.last_number
    left join revenues r on s.brand_id = r.brand_id and n.number = r.number
    window of_brand as (partition by s.brand_id order by n.number)
),

cumulated as (
    select
        m.brand_id,
        m.number,
        m.margin as of_month,
        sum(m.margin) over (partition by m.brand_id order by m.number) as margin
    from months m
),

spent as (
    select
        a.in_view as brand_id,
        sum(a.spend_usd) as spend
    from range_parts(cast(:since as date), cast(:until as date)) p
    inner join rollup_spend a
        on p.grain = a.grain and p.first_day <= a.starts_on and p.day_after > a.starts_on
    group by a.in_view
),

newcomers as (
    select
        c.in_view as brand_id,
        sum(c.shoppers) as new_count
    from range_parts(cast(:since as date), cast(:until as date)) p
    inner join rollup_cohorts c
        on p.grain = c.grain and p.first_day <= c.cohort and p.day_after > c.cohort
    where c.split = 'none' and c.number = 0
    group by c.in_view
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
        or b.id in (select p.brand_id from spans p)
        -- Those of the month that is under way.
        or b.id in (
            select c.in_view
            from rollup_cohorts c
            where
                c.grain = 'day'
                and c.cohort >= cast(date_trunc('month', cast(:until as timestamp)) as date)
                and c.cohort < cast(:until as date)
                and c.split = 'none'
                and c.number = 0
        )
),

figures as (
    select
        a.brand_id,
        max(m.number) as last_number,
        sum(m.of_month) as ltv,
        min(m.number) filter (
            where m.margin * a.new_count >= a.spend and a.new_count > 0
        ) as payback
    from acquired a
    inner join cumulated m on a.brand_id = m.brand_id
    group by a.brand_id
)

select
    a.brand_id,
    a.name,
    round(f.ltv, 2) as ltv_usd,
    coalesce(f.last_number + 1, 0) as month_count,
    a.gross_margin as gross_margin_pct,
    a.spend as spend_usd,
    a.new_count as new_shopper_count,
    round(a.spend / nullif(a.new_count, 0), 2) as cac_usd,
    case when f.last_number = 11 then f.ltv * a.new_count / nullif(a.spend, 0) end as ltv_cac_ratio,
    cast(f.payback as numeric) as payback_month
from acquired a
left join figures f on a.brand_id = f.brand_id
order by ltv_cac_ratio desc nulls last, a.name asc, a.brand_id asc
