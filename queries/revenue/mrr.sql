-- Leaderboard: brands by MRR, descending, ties by name; share of the total, rank at the window's
-- end against rank at its start, 12-month sparkline, completed jobs, model confidence and human
-- accuracy (n) in the window.
-- Grain: one row per brand with MRR at the end of the window or at its start.
-- Parameters:
--   policy                strict (active only) or stripe (active and past due)
--   since                 first day of the window; MRR "before" is that of the end of the day
--                         before
--   until                 first day after the window; MRR is that of the end of the day before
-- Columns:
--   rank                  place by MRR at the window's end; n/a without MRR then
--   rank_before           place by MRR at the window's start; n/a without MRR then
--   brand_id              brand
--   slug                  the brand's name in addresses
--   name                  the brand's name
--   mrr_usd               MRR at the window's end
--   mrr_before_usd        MRR at the window's start
--   share_pct             share of the total MRR of the brands in scope; n/a when that is 0
--   sparkline             MRR at the ends of 12 months, the last one cut at the window's end, as
--                         numbers to draw
--   completed_count       shoppers' jobs completed in the window
--   model_confidence_pct  mean confidence of those; n/a when there is none
--   approved_count        random draws among those whose verdict is approved
--   verdict_count         random draws among those with a verdict (n)
--   human_accuracy_pct    approved ÷ verdicts; n/a when there is none
with levels as (
    select
        m.brand_id,
        m.day,
        lead(m.day, 1, 'infinity') over (partition by m.brand_id order by m.day) as next_day,
        sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end)
            over (partition by m.brand_id order by m.day) as mrr
    from mrr_movements m
    where m.policy = cast(:policy as mrr_policy) and m.day < cast(:until as date)
),

month_ends as (
    select
        least(
            cast(date_trunc('month', cast(:until as timestamp) - interval '1 day') as date)
            + make_interval(months => 1 - months_back),
            cast(:until as timestamp)
        ) as day_after
    from generate_series(0, 11) as months_back
),

sparklines as (
    select
        b.id as brand_id,
        array_agg(cast(coalesce(l.mrr, 0) as double precision) order by e.day_after) as sparkline
    from brands b
    cross join month_ends e
    left join levels l on b.id = l.brand_id and e.day_after > l.day and e.day_after <= l.next_day
    group by b.id
),

standing as (
    select
        b.id as brand_id,
        b.slug,
        b.name,
        coalesce(now_level.mrr, 0) as mrr,
        coalesce(then_level.mrr, 0) as mrr_before
    from brands b
    left join levels now_level
        on b.id = now_level.brand_id and now_level.next_day >= cast(:until as date)
    left join levels then_level
        on
            b.id = then_level.brand_id
            and then_level.day < cast(:since as date)
            and then_level.next_day >= cast(:since as date)
),

ranked as (
    select
        s.*,
        row_number() over (order by s.mrr desc, s.name asc, s.brand_id asc) as rank,
        row_number() over (order by s.mrr_before desc, s.name asc, s.brand_id asc) as rank_before,
        sum(s.mrr) over () as total
    from standing s
),

jobs as (
    select
        j.brand_id,
        count(*) as completed_count,
        avg(j.confidence) as confidence
    from tryon_jobs j
    where
        j.status = 'completed'
        and j.origin = 'shopper'
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
    group by j.brand_id
),

verdicts as (
    select
        v.brand_id,
        count(*) as verdict_count,
        count(*) filter (where v.approved) as approved_count
    from job_verdicts v
    where
        v.drawn_at_random
        and v.origin = 'shopper'
        and v.finished_at >= cast(:since as timestamptz)
        and v.finished_at < cast(:until as timestamptz)
    group by v.brand_id
)

select
    case when r.mrr > 0 then r.rank end as rank,
    case when r.mrr_before > 0 then r.rank_before end as rank_before,
    r.brand_id,
    r.slug,
    r.name,
    r.mrr as mrr_usd,
    r.mrr_before as mrr_before_usd,
    r.mrr / nullif(r.total, 0) as share_pct,
    s.sparkline,
    coalesce(j.completed_count, 0) as completed_count,
    j.confidence as model_confidence_pct,
    coalesce(v.approved_count, 0) as approved_count,
    coalesce(v.verdict_count, 0) as verdict_count,
    cast(v.approved_count as numeric) / v.verdict_count as human_accuracy_pct
from ranked r
inner join sparklines s on r.brand_id = s.brand_id
left join jobs j on r.brand_id = j.brand_id
left join verdicts v on r.brand_id = v.brand_id
where r.mrr > 0 or r.mrr_before > 0
order by r.rank
