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
with days as (
    select
        cast(v.starts_on as timestamp) as day,
        sum(v.attributed_usd) as revenue,
        sum(v.purchase_count - v.unattributed_count) as purchase_count
    from rollup_revenue v
    where
        v.in_view = any(cast((select scope_views()) as uuid[]))
        and v.model = 'last'
        and v.grain = 'day'
        and v.starts_on >= cast(:since as date)
        and v.starts_on < cast(:until as date)
    group by v.starts_on
)

select
    d.day,
    coalesce(a.revenue, 0) as attributed_usd,
    coalesce(a.purchase_count, 0) as purchase_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join days a on d.day = a.day
order by d.day
