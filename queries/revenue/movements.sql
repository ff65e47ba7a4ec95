-- Movements of MRR, per brand (never per subscription) and per day, from its MRR at the end of the
-- day before and of the day: new 0 → positive for the first time ever; reactivation 0 → positive
-- later; expansion up; contraction down but above 0; churn to 0, dated by the day MRR reaches 0
-- under the policy, with its reason (voluntary, delinquent).
-- Grain: one row per brand and day with a movement, the latest first, then the largest.
-- Parameters:
--   policy           strict or stripe
--   kind             new, expansion, reactivation, contraction, churn, or all of them
--   since            first day of the window
--   until            first day after the window
-- Columns:
--   kind             kind of movement
--   brand_id         brand
--   brand            the brand's name
--   day              day
--   amount_usd       by how much MRR moved, without a sign
--   mrr_before_usd   MRR at the end of the day before
--   mrr_after_usd    MRR at the end of the day
--   reason           voluntary or delinquent; n/a unless churn
select
    cast(m.kind as text) as kind,
    cast(m.brand_id as text) as brand_id,
    b.name as brand,
    m.day,
    m.amount as amount_usd,
    m.mrr_before as mrr_before_usd,
    m.mrr_after as mrr_after_usd,
    cast(m.reason as text) as reason
from mrr_movements m
inner join brands b on m.brand_id = b.id
where
    m.policy = cast(:policy as mrr_policy)
    and m.day >= cast(:since as date)
    and m.day < cast(:until as date)
    and cast(:kind as text) in ('all', cast(m.kind as text))
order by m.day desc, m.amount desc, b.name asc, b.id asc
