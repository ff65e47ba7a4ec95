-- Credits of the brands in scope as they stand now. Sum of the ledger = balance, for every account,
-- always. Reserved: of jobs that have not ended; it is out of the balance already.
-- Grain: one row.
-- Parameters: none.
-- Columns:
--   account_count    brands with a credit account
--   balance_count    credits that can be spent
--   reserved_count   credits that open jobs hold
--   price_usd        dollars a bought credit cost on average; n/a where nothing was paid in dollars
select
    count(*) as account_count,
    coalesce(sum(a.balance), 0) as balance_count,
    (
        select coalesce(-sum(r.amount), 0)
        from tryon_jobs j
        inner join credit_ledger r on j.id = r.job_id
        inner join credit_accounts o on r.account_id = o.id
        where
            j.status in ('queued', 'processing')
            and j.origin = 'studio'
            and r.kind = 'reserve'
            and o.brand_id is not null
    ) as reserved_count,
    (
        select sum(p.amount) / nullif(sum(l.amount), 0)
        from payments p
        inner join credit_lots t on p.id = t.payment_id
        inner join credit_ledger l on t.id = l.lot_id
        where
            p.brand_id is not null
            and p.purpose = 'credits'
            and p.status = 'succeeded'
            and p.currency = 'USD'
            and l.kind = 'purchase'
    ) as price_usd
from credit_accounts a
where a.brand_id is not null
