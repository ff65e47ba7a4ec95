-- The subscriptions of the brands in scope as they stand now: what is paid for, its MRR, when it
-- renews. A cancellation at period end keeps status and MRR until then (scheduled churn).
-- Grain: one row per subscription that is not canceled, by MRR, descending.
-- Parameters: none.
-- Columns:
--   brand_id              brand
--   brand                 the brand's name
--   plan                  the plan's name; n/a for a price of its own
--   status                trialing, active, past_due, incomplete, paused or unpaid
--   quantity              how many of the plan
--   mrr_usd               MRR of the subscription; it counts when active (strict) or past due
--                         (Stripe)
--   renews_at             when the next period begins; n/a when canceled by then or not known
--   ends_at               when the scheduled cancellation takes effect; n/a without one
--   scheduled_churn_usd   MRR that ends then; 0 without one
select
    s.brand_id,
    b.name as brand,
    p.name as plan,
    cast(s.status as text) as status,
    s.quantity,
    s.mrr as mrr_usd,
    case when not s.cancel_at_period_end then s.current_period_end end as renews_at,
    case when s.cancel_at_period_end then s.current_period_end end as ends_at,
    case when s.cancel_at_period_end and s.status in ('active', 'past_due') then s.mrr else 0 end
        as scheduled_churn_usd
from subscriptions s
inner join brands b on s.brand_id = b.id
left join plans p on s.plan_id = p.id
where s.status <> 'canceled'
order by s.mrr desc, b.name asc, s.id asc
