-- Payments received: those of the window that succeeded, in dollars at the rate of their price.
-- Grain: one row.
-- Parameters:
--   since               first day of the window; a payment counts on the day it was asked for
--   until               first day after the window
-- Columns:
--   received_usd        what succeeded
--   received_count      how many that were
--   subscription_usd    of that, for subscriptions
--   credits_usd         of that, for credits
--   refunded_usd        what was given back
--   unconverted_count   payments in another currency without a known rate, which are in no amount
with paid as (
    select
        y.status,
        y.purpose,
        round(y.amount * case when y.currency = 'USD' then 1 else s.usd_rate end, 2) as usd
    from payments y
    left join subscriptions s on y.subscription_id = s.id and y.currency = s.currency
    where
        y.brand_id is not null
        and y.status in ('succeeded', 'refunded')
        and y.created_at >= cast(:since as timestamptz)
        and y.created_at < cast(:until as timestamptz)
)

select
    coalesce(sum(p.usd) filter (where p.status = 'succeeded'), 0) as received_usd,
    count(*) filter (where p.status = 'succeeded') as received_count,
    coalesce(sum(p.usd) filter (where p.status = 'succeeded' and p.purpose = 'subscription'), 0)
        as subscription_usd,
    coalesce(sum(p.usd) filter (where p.status = 'succeeded' and p.purpose = 'credits'), 0)
        as credits_usd,
    coalesce(sum(p.usd) filter (where p.status = 'refunded'), 0) as refunded_usd,
    count(*) filter (where p.usd is null) as unconverted_count
from paid p
