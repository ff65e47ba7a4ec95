-- What a launch can draw on: credits, what is left of the demo's hour, whether anything works.
-- Grain: one row.
-- Scope: brands and user.
-- Parameters:
--   payer            brand (the scope's brands, together) or user
--   since            an hour ago: from then on a visitor's demo jobs are counted
--   as_of            the day; free credits of the month are given anew from their date on
-- Columns:
--   credit_count     credits that can be spent; 0 without an account
--   is_unlimited     whether jobs cost nothing just now
--   demo_count       demo jobs that the person has launched since then
--   worker_seen_at   when a worker was last heard of; n/a when none ever was
with accounts as (
    select
        a.id,
        a.balance,
        a.free_per_month,
        a.resets_on,
        a.pro_until
    from scope_brands() as s (id)
    inner join credit_accounts a on s.id = a.brand_id
    where :payer = 'brand'
    union all
    select
        u.id,
        u.balance,
        u.free_per_month,
        u.resets_on,
        u.pro_until
    from credit_accounts u
    where :payer = 'user' and u.user_id = scope_user()
),

spendable as (
    select
        a.pro_until,
        case
            when a.resets_on > cast(:as_of as date) then a.balance
            else a.balance + a.free_per_month - coalesce(
                (
                    select sum(l.remaining)
                    from credit_lots l
                    where l.account_id = a.id and l.kind = 'free' and l.closed_at is null
                ),
                0
            )
        end as credits
    from accounts a
)

select
    cast(coalesce(sum(s.credits), 0) as integer) as credit_count,
    coalesce(bool_or(s.pro_until > cast(:since as timestamptz) + interval '1 hour'), false)
        as is_unlimited,
    (
        select cast(count(*) as integer)
        from tryon_jobs j
        where
            j.user_id = scope_user()
            and j.origin = 'demo'
            and j.created_at > cast(:since as timestamptz)
    ) as demo_count,
    (select max(w.last_heartbeat) from procrastinate_workers w) as worker_seen_at
from spendable s
