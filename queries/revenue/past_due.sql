-- What the policies differ by: past_due subscriptions, which Stripe counts and strict does not.
-- Their MRR is MRR at risk, under either.
-- Grain: one row per subscription that was past_due at the end of the day before until, the largest
-- MRR first.
-- Parameters:
--   until         first day after the window
-- Columns:
--   brand_id      brand
--   brand         the brand's name
--   plan          the plan's name; n/a for a price of its own
--   mrr_usd       MRR of the subscription
--   past_due_at   since when it has been past_due
with states as (
    select distinct on (h.brand_id, h.subscription_id)
        h.brand_id,
        h.subscription_id,
        h.plan_id,
        h.status,
        h.mrr
    from subscription_history h
    where h.effective_at < cast(:until as timestamptz)
    order by h.brand_id asc, h.subscription_id asc, h.effective_at desc, h.id desc
)

select
    s.brand_id,
    b.name as brand,
    p.name as plan,
    s.mrr as mrr_usd,
    (
        select min(h.effective_at)
        from subscription_history h
        where
            h.brand_id = s.brand_id
            and h.subscription_id = s.subscription_id
            and h.effective_at > all(
                select e.effective_at
                from subscription_history e
                where
                    e.brand_id = s.brand_id
                    and e.subscription_id = s.subscription_id
                    and e.status <> 'past_due'
                    and e.effective_at < cast(:until as timestamptz)
            )
    ) as past_due_at
from states s
inner join brands b on s.brand_id = b.id
left join plans p on s.plan_id = p.id
where s.status = 'past_due' and s.mrr > 0
order by s.mrr desc, b.name asc, s.subscription_id asc
