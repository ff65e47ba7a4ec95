-- The credit ledger of the brands in scope. Sum of the ledger = balance, for every account, always.
-- A job reserves when it is created, settles when it completes, releases when it fails or is
-- canceled. A refund takes back unspent credits of that purchase only.
-- Grain: one row per booking of the window, the newest first.
-- Parameters:
--   since          first day of the window
--   until          first day after the window
--   row_count      how many rows at most
-- Columns:
--   booking_id     its number; all of them in order add up to the balance
--   booked_at      when
--   brand          whose account
--   kind           grant, purchase, reserve, settle, release, expire or refund
--   amount_count   credits, below zero what is taken
--   lot            free or purchase: where the credits came from
--   job_id         the job that they were for; n/a without one
select
    l.id as booking_id,
    l.created_at as booked_at,
    b.name as brand,
    l.kind,
    l.amount as amount_count,
    t.kind as lot,
    cast(l.job_id as text) as job_id
from brands b
inner join credit_accounts a on b.id = a.brand_id
cross join
    lateral (
        select
            x.id,
            x.lot_id,
            x.job_id,
            x.kind,
            x.amount,
            x.created_at
        from credit_ledger x
        where
            x.account_id = a.id
            and x.created_at >= cast(:since as timestamptz)
            and x.created_at < cast(:until as timestamptz)
        order by x.created_at desc, x.id desc
        limit :row_count
    ) as l
inner join credit_lots t on l.lot_id = t.id
where a.brand_id = any(array(select x.id from brands x))
order by l.created_at desc, l.id desc
limit :row_count
