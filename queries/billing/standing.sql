-- Subscriptions as they stand now, by status, and payments that are open.
-- Grain: one row.
-- Parameters: none.
-- Columns:
--   active_count      subscriptions that are active
--   trialing_count    subscriptions on trial
--   past_due_count    subscriptions whose payment failed
--   past_due_usd      MRR of these: MRR at risk
--   scheduled_count   active and past due subscriptions that end with their period
--   open_count        payments that have neither succeeded nor been given up
--   open_usd          what they would bring, in dollars at the rate of the price; those in another
--                     currency without a known rate are not in it
select
    count(*) filter (where s.status = 'active') as active_count,
    count(*) filter (where s.status = 'trialing') as trialing_count,
    count(*) filter (where s.status = 'past_due') as past_due_count,
    coalesce(sum(s.mrr) filter (where s.status = 'past_due'), 0) as past_due_usd,
    count(*) filter (where s.cancel_at_period_end and s.status in ('active', 'past_due'))
        as scheduled_count,
    (
        select count(*)
        from payments p
        where p.status = 'pending' and p.brand_id is not null
    ) as open_count,
    (
        select
            coalesce(
                sum(
                    round(p.amount * case when p.currency = 'USD' then 1 else x.usd_rate end, 2)
                ),
                0
            )
        from payments p
        left join subscriptions x on p.subscription_id = x.id and p.currency = x.currency
        where p.status = 'pending' and p.brand_id is not null
    ) as open_usd
from subscriptions s
