-- D1 / D7 / D30 retention by brand: of the shoppers whose day N ended inside the window, the share
-- who launched a job on it. Definitions as in shoppers/retention_card, with shopper–brand pairs:
-- who tried on with two brands counts once for each.
-- Grain: one row per brand, the largest first.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   as_of            the day that is not over yet
-- Columns:
--   brand_id         brand
--   part             the brand's name
--   d1_count         shoppers whose day 1 is a day of the window that is over
--   d1_pct           the share of them who launched a job on it; n/a without shoppers
--   d7_count         shoppers whose day 7 is a day of the window that is over
--   d7_pct           the share of them who launched a job on it
--   d30_count        shoppers whose day 30 is a day of the window that is over
--   d30_pct          the share of them who launched a job on it
with due as (
    select
        r.in_view,
        n.day_number,
        sum(p.sign * r.shoppers) as shoppers,
        sum(p.sign * r.returned) as returned
    from (values (1), (7), (30)) as n (day_number)
    cross join
        lateral nearest_parts(
            cast(:since as date) - n.day_number,
            least(cast(:until as date), cast(:as_of as date)) - n.day_number
        ) as p
    -- Added up part by part: few rows are left to be put together.
    cross join
        lateral (
            select
                x.in_view,
                sum(x.shoppers) as shoppers,
                sum(
                    case n.day_number when 1 then x.day_1 when 7 then x.day_7 else x.day_30 end
                ) as returned
            from rollup_returns x
            where
                x.grain = p.grain
                and x.cohort >= p.first_day
                and x.cohort < p.day_after
                and x.split = 'none'
            group by x.in_view
        ) as r
    group by r.in_view, n.day_number
),

brand_totals as (
    select
        d.in_view,
        coalesce(sum(d.shoppers) filter (where d.day_number = 1), 0) as d1,
        sum(d.returned) filter (where d.day_number = 1) as back_1,
        coalesce(sum(d.shoppers) filter (where d.day_number = 7), 0) as d7,
        sum(d.returned) filter (where d.day_number = 7) as back_7,
        coalesce(sum(d.shoppers) filter (where d.day_number = 30), 0) as d30,
        sum(d.returned) filter (where d.day_number = 30) as back_30
    from due d
    group by d.in_view
    having sum(d.shoppers) > 0
)

select
    cast(b.id as text) as brand_id,
    b.name as part,
    cast(t.d1 as bigint) as d1_count,
    t.back_1 / nullif(t.d1, 0) as d1_pct,
    cast(t.d7 as bigint) as d7_count,
    t.back_7 / nullif(t.d7, 0) as d7_pct,
    cast(t.d30 as bigint) as d30_count,
    t.back_30 / nullif(t.d30, 0) as d30_pct
from brand_totals t
inner join brands b on t.in_view = b.id
order by d1_count desc, b.name asc, b.id asc
