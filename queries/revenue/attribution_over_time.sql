-- Attribution over time: as revenue/attribution, by day, ISO week or month.
-- Grain: one row per day, week or month with a day in the window.
-- Parameters:
--   model                first, last or linear
--   step                 day, week or month
--   since                first day of the window; the first step is cut there
--   until                first day after the window; the last step is cut there
-- Columns:
--   day                  the first day of the step
--   attributed_usd       revenue of purchases with a touch: the sum of the three sources
--   tryon_usd            of that, by try-ons
--   recommendation_usd   of that, by recommendations
--   share_usd            of that, by shares
--   unattributed_usd     revenue of purchases without a touch
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
        date_trunc(cast(:step as text), b.purchased_at at time zone 'UTC') as day,
        b.net,
        c.touch_count,
        round(b.net * c.tryon / c.touch_count, 2) as tryon_net,
        round(b.net * (c.tryon + c.recommendation) / c.touch_count, 2) as without_share
    from bought b
    left join credited c on b.id = c.id
),

sums as (
    select
        s.day,
        sum(s.net) filter (where s.touch_count is not null) as attributed,
        sum(s.tryon_net) as tryon,
        sum(s.without_share - s.tryon_net) as recommendation,
        sum(s.net - s.without_share) as share,
        sum(s.net) filter (where s.touch_count is null) as unattributed
    from shared s
    group by s.day
)

select
    d.day,
    coalesce(s.attributed, 0) as attributed_usd,
    coalesce(s.tryon, 0) as tryon_usd,
    coalesce(s.recommendation, 0) as recommendation_usd,
    coalesce(s.share, 0) as share_usd,
    coalesce(s.unattributed, 0) as unattributed_usd
from
    generate_series(
        date_trunc(cast(:step as text), cast(:since as timestamp)),
        cast(:until as timestamp) - interval '1 day',
        cast('1 ' || cast(:step as text) as interval)
    ) as d (day)
left join sums s on d.day = s.day
order by d.day
