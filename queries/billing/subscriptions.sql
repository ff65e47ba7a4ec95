-- Subscriptions as they stand now, past due ones first, then by MRR. A cancellation at period end
-- keeps status and MRR until then.
-- Grain: one row per subscription.
-- Parameters:
--   status         trialing, active, past_due, incomplete, paused, unpaid, canceled, or all
--   row_count      how many rows at most
-- Columns:
--   brand          the brand's name
--   plan           the plan's name; n/a for a price of its own
--   status         where it stands
--   quantity       how many of the plan
--   price          what one costs a period, in its currency
--   currency       of the price
--   period         day, week, month, quarter or year
--   mrr_usd        MRR of the subscription, whether it counts or not
--   renews_at      when the next period begins; n/a when it ends by then, or has ended
--   ends_at        when it ends or has ended; n/a when no end is known
--   reason         why it ended: voluntary or delinquent; n/a while it runs
--   provider       who collects the money
select
    b.name as brand,
    p.name as plan,
    cast(s.status as text) as status,
    s.quantity,
    s.unit_amount as price,
    s.currency,
    cast(s.period as text) as period,
    s.mrr as mrr_usd,
    case
        when not s.cancel_at_period_end and s.status <> 'canceled' then s.current_period_end
    end as renews_at,
    case
        when s.status = 'canceled' then s.canceled_at
        when s.cancel_at_period_end then s.current_period_end
    end as ends_at,
    cast(s.cancel_reason as text) as reason,
    s.provider
from subscriptions s
inner join brands b on s.brand_id = b.id
left join plans p on s.plan_id = p.id
where :status = 'all' or s.status = cast(nullif(:status, 'all') as subscription_status)
order by
    s.status = 'past_due' desc,
    s.status = 'canceled' asc,
    s.mrr desc,
    b.name asc,
    s.id asc
limit :row_count
