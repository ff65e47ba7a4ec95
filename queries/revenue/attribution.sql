-- Attribution: touches (try-on, recommendation, share) of the 30 days before a purchase; first
-- touch, last touch or linear, each summing to the same total; a purchase without one is
-- unattributed. Returns reduce the revenue of their purchase. Linear shares a purchase among its
-- touches alike, to the cent, so that the shares add up to it.
-- Grain: one row.
-- Parameters:
--   model                  first, last or linear
--   since                  first day of the window; purchases count on their own day
--   until                  first day after the window
-- Columns:
--   attributed_usd         revenue of purchases with a touch: the sum of the three sources
--   tryon_usd              of that, by try-ons
--   recommendation_usd     of that, by recommendations
--   share_usd              of that, by shares
--   unattributed_usd       revenue of purchases without a touch
--   tryon_count            purchases with revenue by a try-on
--   recommendation_count   purchases with revenue by a recommendation
--   share_count            purchases with revenue by a share
--   unattributed_count     purchases without a touch
--   purchase_count         all purchases
with bought as materialized (
    select
        p.id,
        p.brand_id,
        p.user_id,
        p.purchased_at,
        round((p.amount - coalesce(r.returned, 0)) * p.usd_rate, 2) as net
    from purchases p
    left join lateral (
        select sum(pr.amount) as returned
        from purchase_returns pr
        where pr.purchase_id = p.id
    ) as r on true
    where
        p.purchased_at >= cast(:since as timestamptz)
        and p.purchased_at < cast(:until as timestamptz)
),

touched as (
    select
        b.id,
        t.source,
        row_number() over (partition by b.id order by t.touched_at asc, t.id asc) as place,
        count(*) over (partition by b.id) as touch_count
    from bought b
    inner join touches t on b.brand_id = t.brand_id and b.user_id = t.user_id
    where
        t.touched_at <= b.purchased_at
        and t.touched_at > b.purchased_at - interval '30 days'
),

credited as (
    select
        t.id,
        count(*) as touch_count,
        count(*) filter (where t.source = 'tryon') as tryon,
        count(*) filter (where t.source = 'recommendation') as recommendation,
        count(*) filter (where t.source = 'share') as share
    from touched t
    where
        case cast(:model as text)
            when 'first' then t.place = 1
            when 'last' then t.place = t.touch_count
            when 'linear' then true
        end
    group by t.id
),

-- The first share is rounded, then the first two together, and the last is what remains.
shared as (
    select
        b.net,
        c.tryon,
        c.recommendation,
        c.share,
        c.touch_count,
        round(b.net * c.tryon / c.touch_count, 2) as tryon_net,
        round(b.net * (c.tryon + c.recommendation) / c.touch_count, 2) as without_share
    from bought b
    left join credited c on b.id = c.id
)

select
    coalesce(sum(s.net) filter (where s.touch_count is not null), 0) as attributed_usd,
    coalesce(sum(s.tryon_net), 0) as tryon_usd,
    coalesce(sum(s.without_share - s.tryon_net), 0) as recommendation_usd,
    coalesce(sum(s.net - s.without_share), 0) as share_usd,
    coalesce(sum(s.net) filter (where s.touch_count is null), 0) as unattributed_usd,
    count(*) filter (where s.tryon > 0) as tryon_count,
    count(*) filter (where s.recommendation > 0) as recommendation_count,
    count(*) filter (where s.share > 0) as share_count,
    count(*) filter (where s.touch_count is null) as unattributed_count,
    count(*) as purchase_count
from shared s
