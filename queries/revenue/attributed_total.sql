-- Attributed revenue: purchases with a touch (try-on, recommendation, share) in the 30 days before.
-- Returns reduce the revenue of their purchase. Return on plan = attributed revenue ÷ what the plan
-- costs over the same days: the MRR at the end of each day of the window × 12 ÷ 365, added up.
-- Grain: one row.
-- Parameters:
--   policy                 strict or stripe: whose MRR the plan's cost is
--   since                  first day of the window; purchases count on their own day
--   until                  first day after the window
-- Columns:
--   attributed_usd         attributed revenue, less returns
--   purchase_count         attributed purchases
--   plan_cost_usd          what the plans of the brands in scope cost over the window
--   return_on_plan_ratio   attributed revenue ÷ plan cost; n/a when the plans cost nothing
with attributed as (
    select
        coalesce(sum(v.attributed_usd), 0) as revenue,
        coalesce(sum(v.purchase_count - v.unattributed_count), 0) as purchase_count
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_revenue v
        on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
    where v.in_view = any(cast((select scope_views()) as uuid[])) and v.model = 'last'
),

-- A change on a day is in force at the end of that day and of all later days of the window.
plan_days as (
    select
        coalesce(
            sum(
                case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end
                * (cast(:until as date) - greatest(m.day, cast(:since as date)))
            ),
            0
        ) as mrr_days
    from mrr_movements m
    where m.policy = cast(:policy as mrr_policy) and m.day < cast(:until as date)
)

select
    a.revenue as attributed_usd,
    a.purchase_count,
    round(p.mrr_days * 12 / 365, 2) as plan_cost_usd,
    a.revenue / nullif(p.mrr_days * 12 / 365, 0) as return_on_plan_ratio
from attributed a
cross join plan_days p
