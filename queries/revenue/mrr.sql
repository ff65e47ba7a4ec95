-- Leaderboard: brands by MRR, descending, ties by name; share of the total, rank at the window's
-- end against rank at its start, 12-month sparkline. What was tried on in the window is
-- tryons/quality_by_brand.
-- Grain: one row per brand with MRR at the end of the window or at its start.
-- Parameters:
--   policy                strict (active only) or stripe (active and past due)
--   since                 first day of the window; MRR "before" is that of the end of the day
--                         before
--   until                 first day after the window; MRR is that of the end of the day before
-- Columns:
--   rank                  place by MRR at the window's end; n/a without MRR then
--   rank_before           place by MRR at the window's start; n/a without MRR then
--   brand_id              brand
--   slug                  the brand's name in addresses
--   name                  the brand's name
--   mrr_usd               MRR at the window's end
--   mrr_before_usd        MRR at the window's start
--   share_pct             share of the total MRR of the brands in scope; n/a when that is 0
--   sparkline_levels      MRR at the ends of those of 12 months in which it changed, the last one
--                         cut at the window's end, as numbers to draw
--   sparkline_months      which of the 12 months those are, the first being 0; what was before
--                         the 12 months counts for the first of them
with changes as (
    select
        m.brand_id,
        m.day,
        m.mrr_after,
        case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end as delta
    from mrr_movements m
    where m.policy = cast(:policy as mrr_policy) and m.day < cast(:until as date)
),

ranked as (
    select
        b.id as brand_id,
        b.slug,
        b.name,
        l.mrr,
        l.mrr_before,
        row_number() over (order by l.mrr desc, b.name asc, b.id asc) as rank,
        row_number() over (order by l.mrr_before desc, b.name asc, b.id asc) as rank_before,
        sum(l.mrr) over () as total
    from (
        select
            c.brand_id,
            sum(c.delta) as mrr,
            coalesce(sum(c.delta) filter (where c.day < cast(:since as date)), 0) as mrr_before
        from changes c
        group by c.brand_id
    ) as l
    inner join brands b on l.brand_id = b.id
),

-- Where the months after the first begin: the last of them is that of the window's last day.
month_starts as (
    select
        array_agg(
            cast(
                date_trunc('month', cast(:until as timestamp) - interval '1 day')
                - make_interval(months => n.months_ago) as date
            )
            order by n.months_ago desc
        ) as starts
    from generate_series(0, 10) as n (months_ago)
),

-- The last movement of a month says its level.
month_ends as (
    select distinct on (c.brand_id, width_bucket(c.day, t.starts))
        c.brand_id,
        c.mrr_after,
        width_bucket(c.day, t.starts) as month_number
    from changes c
    cross join month_starts t
    order by c.brand_id asc, width_bucket(c.day, t.starts) asc, c.day desc
),

-- A level stays for months: a tenth of the numbers is sent of what is drawn.
sparklines as (
    select
        e.brand_id,
        array_agg(cast(e.mrr_after as double precision) order by e.month_number) as levels,
        array_agg(cast(e.month_number as smallint) order by e.month_number) as months
    from month_ends e
    group by e.brand_id
)

select
    case when r.mrr > 0 then r.rank end as rank,
    case when r.mrr_before > 0 then r.rank_before end as rank_before,
    cast(r.brand_id as text) as brand_id,
    r.slug,
    r.name,
    r.mrr as mrr_usd,
    r.mrr_before as mrr_before_usd,
    r.mrr / nullif(r.total, 0) as share_pct,
    s.levels as sparkline_levels,
    s.months as sparkline_months
from ranked r
inner join sparklines s on r.brand_id = s.brand_id
where r.mrr > 0 or r.mrr_before > 0
order by r.rank
