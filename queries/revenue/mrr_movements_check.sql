-- Identity: start + new + expansion + reactivation − contraction − churn = end, to the cent, for
-- every window and set of brands; it compares stored movements with MRR recomputed from the
-- history.
-- Grain: one row.
-- Parameters:
--   policy             strict or stripe
--   since              first day of the window
--   until              first day after the window
-- Columns:
--   start_usd          MRR at the window's start, recomputed from the history
--   new_usd            stored movements: 0 to positive for the first time ever
--   expansion_usd      stored movements: up
--   reactivation_usd   stored movements: 0 to positive later
--   contraction_usd    stored movements: down but above 0
--   churn_usd          stored movements: to 0
--   end_usd            MRR at the window's end, recomputed from the history
--   difference_usd     what the brands' identities are off by, added up without signs; 0 when all
--                      hold
--   broken_count       brands whose identity does not hold
with start_states as (
    select distinct on (h.brand_id, h.subscription_id)
        h.brand_id,
        h.mrr,
        mrr_counts(h.status, cast(:policy as mrr_policy)) as counts
    from subscription_history h
    where h.effective_at < cast(:since as timestamptz)
    order by h.brand_id asc, h.subscription_id asc, h.effective_at desc, h.id desc
),

end_states as (
    select distinct on (h.brand_id, h.subscription_id)
        h.brand_id,
        h.mrr,
        mrr_counts(h.status, cast(:policy as mrr_policy)) as counts
    from subscription_history h
    where h.effective_at < cast(:until as timestamptz)
    order by h.brand_id asc, h.subscription_id asc, h.effective_at desc, h.id desc
),

starts as (
    select
        s.brand_id,
        sum(s.mrr) as mrr
    from start_states s
    where s.counts
    group by s.brand_id
),

ends as (
    select
        s.brand_id,
        sum(s.mrr) as mrr
    from end_states s
    where s.counts
    group by s.brand_id
),

movements as (
    select
        m.brand_id,
        coalesce(sum(m.amount) filter (where m.kind = 'new'), 0) as new,
        coalesce(sum(m.amount) filter (where m.kind = 'expansion'), 0) as expansion,
        coalesce(sum(m.amount) filter (where m.kind = 'reactivation'), 0) as reactivation,
        coalesce(sum(m.amount) filter (where m.kind = 'contraction'), 0) as contraction,
        coalesce(sum(m.amount) filter (where m.kind = 'churn'), 0) as churn
    from mrr_movements m
    where
        m.policy = cast(:policy as mrr_policy)
        and m.day >= cast(:since as date)
        and m.day < cast(:until as date)
    group by m.brand_id
),

identities as (
    select
        coalesce(s.mrr, 0) as started_with,
        coalesce(m.new, 0) as new,
        coalesce(m.expansion, 0) as expansion,
        coalesce(m.reactivation, 0) as reactivation,
        coalesce(m.contraction, 0) as contraction,
        coalesce(m.churn, 0) as churn,
        coalesce(e.mrr, 0) as ended_with
    from brands b
    left join starts s on b.id = s.brand_id
    left join movements m on b.id = m.brand_id
    left join ends e on b.id = e.brand_id
),

checked as (
    select
        i.*,
        i.started_with
        + i.new
        + i.expansion
        + i.reactivation
        - i.contraction
        - i.churn
        - i.ended_with as off_by
    from identities i
)

select
    coalesce(sum(c.started_with), 0) as start_usd,
    coalesce(sum(c.new), 0) as new_usd,
    coalesce(sum(c.expansion), 0) as expansion_usd,
    coalesce(sum(c.reactivation), 0) as reactivation_usd,
    coalesce(sum(c.contraction), 0) as contraction_usd,
    coalesce(sum(c.churn), 0) as churn_usd,
    coalesce(sum(c.ended_with), 0) as end_usd,
    coalesce(sum(abs(c.off_by)), 0) as difference_usd,
    count(*) filter (where c.off_by <> 0) as broken_count
from checked c
