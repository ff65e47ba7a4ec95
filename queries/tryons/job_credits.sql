-- What one job did to credit accounts: reserved when created, settled when completed, released when
-- failed or canceled.
-- Grain: one row per booking, in order, of accounts in the scope.
-- Scope: brands and user.
-- Parameters:
--   job_id         the job
-- Columns:
--   booked_at      when
--   kind           reserve, settle or release
--   lot            free or purchase: where the credits came from
--   amount_count   credits, below zero what is taken
select
    l.created_at as booked_at,
    l.kind,
    t.kind as lot,
    l.amount as amount_count
from credit_ledger l
inner join credit_lots t on l.lot_id = t.id
where l.job_id = cast(:job_id as uuid)
order by l.created_at, l.id
