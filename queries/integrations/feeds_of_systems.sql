-- Feeds that a shop's own systems send, by brand: the last day on which there was an order, a
-- return, and acquisition spend.
-- Grain: one row per brand, by name.
-- Parameters:
--   until         first day after the last one that counts
-- Columns:
--   brand_id      the brand
--   brand         its name
--   order_day     the last day with an order; n/a without one
--   return_day    the last day on which something came back; n/a without one
--   spend_day     the last day with spend; n/a without any
-- Most brands had an order and spend in the last days: those of all brands lie together, and who is
-- not among them is looked for alone.
with ordered as (
    select
        v.in_view as brand_id,
        max(v.starts_on) as order_day
    from rollup_revenue v
    where
        v.grain = 'day'
        and v.model = 'last'
        and v.starts_on >= cast(:until as date) - 3
        and v.starts_on < cast(:until as date)
        and v.purchase_count > 0
    group by v.in_view
),

spent as (
    select
        s.in_view as brand_id,
        max(s.starts_on) as spend_day
    from rollup_spend s
    where
        s.grain = 'day'
        and s.starts_on >= cast(:until as date) - 3
        and s.starts_on < cast(:until as date)
        and s.spend_usd > 0
    group by s.in_view
)

select
    cast(b.id as text) as brand_id,
    b.name as brand,
    coalesce(
        o.order_day,
        (
            select date_trunc('day', max(p.purchased_at) at time zone 'UTC')
            from purchases p
            where p.brand_id = b.id and p.purchased_at < cast(:until as timestamptz)
        )
    ) as order_day,
    (
        select date_trunc('day', max(r.returned_at) at time zone 'UTC')
        from purchase_returns r
        where r.brand_id = b.id and r.returned_at < cast(:until as timestamptz)
    ) as return_day,
    cast(
        coalesce(
            x.spend_day,
            (
                select max(s.day)
                from acquisition_spend s
                where s.brand_id = b.id and s.day < cast(:until as date) and s.amount > 0
            )
        ) as timestamp
    ) as spend_day
from brands b
left join ordered o on b.id = o.brand_id
left join spent x on b.id = x.brand_id
order by b.name, b.id
