-- Attributed revenue: purchases with a touch (try-on, recommendation, share) in the 30 days before.
-- Returns reduce the revenue of their purchase.
-- Grain: one row per day of the window.
-- Parameters:
--   since            first day; purchases count on their own day
--   until            first day after the last one
-- Columns:
--   day              day
--   attributed_usd   attributed revenue of that day's purchases, less their returns whenever made
--   purchase_count   attributed purchases of that day
with attributed as (
    select
        date_trunc('day', p.purchased_at at time zone 'UTC') as day,
        sum(p.net_usd) as revenue,
        count(*) as purchase_count
    from attributed_purchases p
    where
        p.purchased_at >= cast(:since as timestamptz)
        and p.purchased_at < cast(:until as timestamptz)
    group by date_trunc('day', p.purchased_at at time zone 'UTC')
)

select
    d.day,
    coalesce(a.revenue, 0) as attributed_usd,
    coalesce(a.purchase_count, 0) as purchase_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join attributed a on d.day = a.day
order by d.day
