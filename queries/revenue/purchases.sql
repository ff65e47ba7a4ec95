-- The purchases behind attributed revenue, or behind what is not attributed, each with what is
-- credited to whom. Definitions as in revenue/attribution.
-- Grain: one row per purchase, the newest first.
-- Parameters:
--   model               first, last or linear
--   source              tryon, recommendation or share: those credited with something; any: one of
--                       them is; none: none is
--   since               first day of the window; purchases count on their own day
--   until               first day after the window
--   row_count           how many purchases at most
-- Columns:
--   shopper_id          who purchased
--   purchased_at        when
--   brand               the brand's name
--   net_usd             the purchase less its returns, whenever made
--   tryon_usd           of that, by try-ons; n/a without one
--   recommendation_usd  of that, by recommendations; n/a without one
--   share_usd           of that, by shares; n/a without one
--   touch_count         touches of the 30 days before
-- Two ways in, of which one runs: all brands in the order of the list, or brand by brand. Each is
-- in the order of an index and stops at the limit; the policy alone would have everything read.
with seen as materialized (
    select
        scope_sees_all() or count(*) > 20 as is_wide,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

few as (
    select unnest(s.brand_ids) as brand_id
    from seen s
    where not s.is_wide
),

touched as not materialized (
    select
        p.id,
        p.brand_id,
        p.user_id,
        p.purchased_at,
        p.amount,
        p.usd_rate,
        t.tryon,
        t.recommendation,
        t.share,
        coalesce(cardinality(t.sources), 0) as touch_count,
        case cast(:model as text)
            when 'first' then t.sources[1]
            when 'last' then t.sources[cardinality(t.sources)]
        end as source
    from purchases p
    cross join
        lateral (
            select
                array_agg(cast(x.source as text) order by x.touched_at, x.id) as sources,
                count(*) filter (where x.source = 'tryon') as tryon,
                count(*) filter (where x.source = 'recommendation') as recommendation,
                count(*) filter (where x.source = 'share') as share
            from touches x
            where
                x.brand_id = p.brand_id
                and x.user_id = p.user_id
                and x.touched_at <= p.purchased_at
                and x.touched_at > p.purchased_at - interval '30 days'
        ) as t
    where
        p.purchased_at >= cast(:since as timestamptz)
        and p.purchased_at < cast(:until as timestamptz)
        and (t.sources is null) = (cast(:source as text) = 'none')
),

-- Under the linear model, which names no source, every touch has its share.
credited as not materialized (
    select
        t.id,
        t.brand_id,
        t.user_id,
        t.purchased_at,
        t.amount,
        t.usd_rate,
        t.touch_count,
        coalesce(cast(t.source = 'tryon' as integer), t.tryon) as tryon,
        coalesce(cast(t.source = 'recommendation' as integer), t.recommendation) as recommendation,
        coalesce(cast(t.source = 'share' as integer), t.share) as share
    from touched t
    where
        cast(:source as text) in ('any', 'none')
        or cast(:source as text) = t.source
        or t.source is null
        and case cast(:source as text)
            when 'tryon' then t.tryon
            when 'recommendation' then t.recommendation
            when 'share' then t.share
        end > 0
),

found as (
    (
        select w.*
        from credited w
        where (select s.is_wide from seen s)
        order by w.purchased_at desc, w.id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select f.*
            from credited f
            where f.brand_id = s.brand_id
            order by f.purchased_at desc, f.id desc
            limit :row_count
        ) as n
),

page as (
    select f.*
    from found f
    order by f.purchased_at desc, f.id desc
    limit :row_count
),

left_over as (
    select
        p.*,
        nullif(p.tryon + p.recommendation + p.share, 0) as credit_count,
        round((p.amount - coalesce(r.returned, 0)) * p.usd_rate, 2) as net_usd
    from page p
    left join
        lateral (
            select sum(x.amount) as returned
            from purchase_returns x
            where x.purchase_id = p.id
        ) as r
        on true
),

-- To the cent: the first share is rounded, then the first two together, the last is what remains.
shared as (
    select
        p.*,
        round(p.net_usd * p.tryon / p.credit_count, 2) as tryon_usd,
        round(p.net_usd * (p.tryon + p.recommendation) / p.credit_count, 2) as without_share_usd
    from left_over p
)

select
    s.user_id as shopper_id,
    s.purchased_at,
    b.name as brand,
    s.net_usd,
    case when s.tryon > 0 then s.tryon_usd end as tryon_usd,
    case when s.recommendation > 0 then s.without_share_usd - s.tryon_usd end as recommendation_usd,
    case when s.share > 0 then s.net_usd - s.without_share_usd end as share_usd,
    s.touch_count
from shared s
inner join brands b on s.brand_id = b.id
order by s.purchased_at desc, s.id desc
