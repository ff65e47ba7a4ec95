-- MRR of a subscription: its recurring price × quantity, normalised to a month (year ÷ 12, quarter
-- ÷ 3, week × 52 ÷ 12, day × 365 ÷ 12), less coupons that last forever, before tax, rounded half-up
-- to the cent per subscription; sums add the rounded values. Strict counts active subscriptions
-- only, Stripe active and past due. ARR = MRR × 12. ARPA = MRR ÷ brands with MRR > 0. MRR at risk =
-- MRR of past_due subscriptions, under either.
-- Grain: one row.
-- Parameters:
--   policy           strict or stripe
--   since            first day of the window; "before" is the end of the day before
--   until            first day after the window; figures are those of the end of the day before
-- Columns:
--   mrr_usd          MRR under the policy at the window's end
--   mrr_before_usd   MRR under the policy at the window's start
--   arr_usd          ARR at the window's end
--   arpa_usd         ARPA at the window's end; n/a when no brand pays
--   paying_count     brands with MRR > 0 under the policy at the window's end
--   at_risk_usd      MRR at risk at the window's end
--   strict_usd       MRR under strict at the window's end
--   stripe_usd       MRR under Stripe at the window's end: strict plus MRR at risk
with levels as (
    select
        m.brand_id,
        m.policy,
        sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end) as mrr,
        coalesce(
            sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end)
            filter (where m.day < cast(:since as date)),
            0
        ) as mrr_before
    from mrr_movements m
    where m.day < cast(:until as date)
    group by m.brand_id, m.policy
),

totals as (
    select
        coalesce(sum(l.mrr) filter (where l.policy = cast(:policy as mrr_policy)), 0) as mrr_usd,
        coalesce(sum(l.mrr_before) filter (where l.policy = cast(:policy as mrr_policy)), 0)
            as mrr_before_usd,
        count(*) filter (where l.policy = cast(:policy as mrr_policy) and l.mrr > 0)
            as paying_count,
        coalesce(sum(l.mrr) filter (where l.policy = 'strict'), 0) as strict_usd,
        coalesce(sum(l.mrr) filter (where l.policy = 'stripe'), 0) as stripe_usd
    from levels l
),

states as (
    select distinct on (h.brand_id, h.subscription_id)
        h.status,
        h.mrr
    from subscription_history h
    where h.effective_at < cast(:until as timestamptz)
    order by h.brand_id asc, h.subscription_id asc, h.effective_at desc, h.id desc
),

risk as (
    select coalesce(sum(s.mrr), 0) as at_risk_usd
    from states s
    where s.status = 'past_due'
)

select
    t.mrr_usd,
    t.mrr_before_usd,
    t.mrr_usd * 12 as arr_usd,
    round(t.mrr_usd / nullif(t.paying_count, 0), 2) as arpa_usd,
    t.paying_count,
    r.at_risk_usd,
    t.strict_usd,
    t.stripe_usd
from totals t
cross join risk r
