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
with parts as (
    select
        n.day_number,
        p.grain,
        p.first_day,
        p.day_after,
        p.sign
    from (values (1), (7), (30)) as n (day_number)
    cross join
        lateral nearest_parts(
            cast(:since as date) - n.day_number,
            least(cast(:until as date), cast(:as_of as date)) - n.day_number
        ) as p
),

-- The three windows have most of their cohorts in common: what lies between two of their bounds
-- is read once, and counts for the windows that it is part of.
pieces as (
    select
        d.grain,
        d.first_day,
        d.day_after,
        sum(p.sign) filter (where p.day_number = 1) as in_1,
        sum(p.sign) filter (where p.day_number = 7) as in_7,
        sum(p.sign) filter (where p.day_number = 30) as in_30
    from (
        select
            e.grain,
            e.day as first_day,
            lead(e.day) over (partition by e.grain order by e.day) as day_after
        from (
            select
                p.grain,
                p.first_day as day
            from parts p
            union
            select
                p.grain,
                p.day_after as day
            from parts p
        ) as e
    ) as d
    inner join parts p
        on d.grain = p.grain and d.first_day >= p.first_day and d.day_after <= p.day_after
    group by d.grain, d.first_day, d.day_after
),

brand_totals as (
    select
        r.in_view,
        coalesce(sum(p.in_1 * r.shoppers), 0) as d1,
        sum(p.in_1 * r.day_1) as back_1,
        coalesce(sum(p.in_7 * r.shoppers), 0) as d7,
        sum(p.in_7 * r.day_7) as back_7,
        coalesce(sum(p.in_30 * r.shoppers), 0) as d30,
        sum(p.in_30 * r.day_30) as back_30
    from pieces p
    -- Added up piece by piece: few rows are left to be put together.
    cross join
        lateral (
            select
                x.in_view,
                sum(x.shoppers) as shoppers,
                sum(x.day_1) as day_1,
                sum(x.day_7) as day_7,
                sum(x.day_30) as day_30
            from rollup_returns x
            where
                x.grain = p.grain
                and x.cohort >= p.first_day
                and x.cohort < p.day_after
                and x.split = 'none'
            group by x.in_view
        ) as r
    group by r.in_view
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
where greatest(t.d1, t.d7, t.d30) > 0
order by d1_count desc, b.name asc, b.id asc
