-- Over brands with start > 0: GRR = Σ min(start, end) ÷ Σ start; NRR = Σ end ÷ Σ start. Quick ratio
-- = (new + expansion + reactivation) ÷ (contraction + churn); no losses → "no losses". Logo churn =
-- brands with MRR > 0 at the start and 0 at the end ÷ brands with MRR > 0 at the start. Scheduled
-- churn: a cancellation at period end keeps status and MRR until then.
-- Grain: one row.
-- Parameters:
--   policy            strict or stripe
--   since             first day of the window; the start is the end of the day before
--   until             first day after the window; the end is that of the day before
-- Columns:
--   start_usd         MRR at the start
--   kept_usd          Σ min(start, end) over brands with MRR at the start
--   end_usd           MRR at the end of brands with MRR at the start
--   grr_pct           GRR; n/a without MRR at the start
--   nrr_pct           NRR; n/a without MRR at the start
--   gained_usd        new + expansion + reactivation
--   lost_usd          contraction + churn
--   quick_ratio       gained ÷ lost; n/a without losses
--   paying_count      brands with MRR > 0 at the start
--   gone_count        brands with MRR > 0 at the start and 0 at the end
--   logo_churn_pct    gone ÷ paying; n/a when no brand paid
--   scheduled_usd     MRR at the end of subscriptions that are canceled at the end of their period
--   scheduled_count   brands of those subscriptions
with levels as (
    select
        m.brand_id,
        coalesce(
            sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end)
            filter (where m.day < cast(:since as date)),
            0
        ) as started_with,
        sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end)
            as ended_with,
        coalesce(
            sum(m.amount) filter (
                where m.kind not in ('contraction', 'churn') and m.day >= cast(:since as date)
            ),
            0
        ) as gained,
        coalesce(
            sum(m.amount) filter (
                where m.kind in ('contraction', 'churn') and m.day >= cast(:since as date)
            ),
            0
        ) as lost
    from mrr_movements m
    where m.policy = cast(:policy as mrr_policy) and m.day < cast(:until as date)
    group by m.brand_id
),

totals as (
    select
        coalesce(sum(l.started_with), 0) as started_with,
        coalesce(sum(least(l.started_with, l.ended_with)) filter (where l.started_with > 0), 0)
            as kept,
        coalesce(sum(l.ended_with) filter (where l.started_with > 0), 0) as ended_with,
        coalesce(sum(l.gained), 0) as gained,
        coalesce(sum(l.lost), 0) as lost,
        count(*) filter (where l.started_with > 0) as paying_count,
        count(*) filter (where l.started_with > 0 and l.ended_with = 0) as gone_count
    from levels l
),

states as (
    select distinct on (h.brand_id, h.subscription_id)
        h.brand_id,
        h.mrr,
        h.status,
        h.cancel_at_period_end
    from subscription_history h
    where h.effective_at < cast(:until as timestamptz)
    order by h.brand_id asc, h.subscription_id asc, h.effective_at desc, h.id desc
),

scheduled as (
    select
        coalesce(sum(s.mrr), 0) as mrr,
        count(distinct s.brand_id) as brand_count
    from states s
    where s.cancel_at_period_end and mrr_counts(s.status, cast(:policy as mrr_policy))
)

select
    t.started_with as start_usd,
    t.kept as kept_usd,
    t.ended_with as end_usd,
    t.kept / nullif(t.started_with, 0) as grr_pct,
    t.ended_with / nullif(t.started_with, 0) as nrr_pct,
    t.gained as gained_usd,
    t.lost as lost_usd,
    t.gained / nullif(t.lost, 0) as quick_ratio,
    t.paying_count,
    t.gone_count,
    cast(t.gone_count as numeric) / nullif(t.paying_count, 0) as logo_churn_pct,
    s.mrr as scheduled_usd,
    s.brand_count as scheduled_count
from totals t
cross join scheduled s
