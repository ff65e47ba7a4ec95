-- Payments of the brands in scope, for subscriptions and for credits.
-- Grain: one row per payment of the window, the newest first.
-- Parameters:
--   since        first day of the window
--   until        first day after the window
--   paid         pending, succeeded, canceled, refunded, or all
--   row_count    how many rows at most
-- Columns:
--   paid_at      when it was asked for
--   brand        who pays
--   purpose      subscription or credits
--   plan         the subscription's plan; n/a for credits and a price of its own
--   amount       how much, in its currency
--   currency     of the amount
--   status       pending, succeeded, canceled (given up) or refunded
--   provider     who collects it
--   reference    the provider's number; n/a without one
select
    y.created_at as paid_at,
    b.name as brand,
    y.purpose,
    p.name as plan,
    y.amount,
    y.currency,
    y.status,
    y.provider,
    y.provider_payment_id as reference
from payments y
inner join brands b on y.brand_id = b.id
left join subscriptions s on y.subscription_id = s.id
left join plans p on s.plan_id = p.id
where
    y.created_at >= cast(:since as timestamptz)
    and y.created_at < cast(:until as timestamptz)
    and (:paid = 'all' or y.status = :paid)
order by y.created_at desc, y.id desc
limit :row_count
