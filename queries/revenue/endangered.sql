-- Subscriptions whose MRR is in danger. Either past due: what the policies differ by, and MRR at
-- risk under either. Or canceled at the end of their period: scheduled churn.
-- Grain: one row per subscription that was so at the end of the day before until, the largest MRR
-- first.
-- Parameters:
--   danger        past_due, or scheduled
--   policy        strict or stripe: whose MRR is scheduled to go; of no matter for past_due
--   until         first day after the window
-- Columns:
--   brand_id      brand
--   brand         the brand's name
--   plan          the plan's name; n/a for a price of its own
--   mrr_usd       MRR of the subscription
--   since_at      since when it has been so
with states as (
    select
        h.brand_id,
        h.subscription_id,
        h.plan_id,
        h.mrr,
        h.effective_at,
        row_number() over (
            partition by h.brand_id, h.subscription_id order by h.effective_at asc, h.id asc
        ) as place,
        case
            when :danger = 'past_due' then h.status = 'past_due'
            else h.cancel_at_period_end and mrr_counts(h.status, cast(:policy as mrr_policy))
        end as is_so
    from subscription_history h
    where h.effective_at < cast(:until as timestamptz)
),

told_apart as (
    select
        s.*,
        max(s.place) filter (where not s.is_so)
            over (partition by s.brand_id, s.subscription_id)
            as place_otherwise
    from states s
),

-- What came after it was otherwise for the last time.
latest as (
    select distinct on (t.brand_id, t.subscription_id)
        t.brand_id,
        t.subscription_id,
        t.plan_id,
        t.mrr,
        min(t.effective_at) over (partition by t.brand_id, t.subscription_id) as since_at
    from told_apart t
    where t.place > coalesce(t.place_otherwise, 0)
    order by t.brand_id asc, t.subscription_id asc, t.place desc
)

select
    cast(l.brand_id as text) as brand_id,
    b.name as brand,
    p.name as plan,
    l.mrr as mrr_usd,
    l.since_at
from latest l
inner join brands b on l.brand_id = b.id
left join plans p on l.plan_id = p.id
where l.mrr > 0
order by l.mrr desc, b.name asc, l.subscription_id asc
