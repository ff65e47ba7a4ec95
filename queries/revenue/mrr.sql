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
with changes as (
    select
        m.brand_id,
        m.day,
        case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end as delta
    from mrr_movements m
    where m.policy = cast(:policy as mrr_policy) and m.day < cast(:until as date)
),

ranked as (
    select
        b.id as brand_id,
        b.slug,
        b.name,
        l.mrr,
        l.mrr_before,
        row_number() over (order by l.mrr desc, b.name asc, b.id asc) as rank,
        row_number() over (order by l.mrr_before desc, b.name asc, b.id asc) as rank_before,
        sum(l.mrr) over () as total
    from (
        select
            c.brand_id,
            sum(c.delta) as mrr,
            coalesce(sum(c.delta) filter (where c.day < cast(:since as date)), 0) as mrr_before
        from changes c
        group by c.brand_id
    ) as l
    inner join brands b on l.brand_id = b.id
),

-- Month 11 is the one with the window's last day; whatever changed before month 0 counts in it.
month_changes as (
    select
        c.brand_id,
        greatest(
            11
            - 12 * extract(year from cast(:until as date) - 1)
            - extract(month from cast(:until as date) - 1)
            + 12 * extract(year from c.day)
            + extract(month from c.day),
            0
        ) as month_number,
        sum(c.delta) as delta
    from changes c
    group by c.brand_id, month_number
),

month_ends as (
    select
        r.brand_id,
        n.month_number,
        sum(coalesce(c.delta, 0)) over (partition by r.brand_id order by n.month_number) as mrr
    from ranked r
    cross join generate_series(0, 11) as n (month_number)
    left join month_changes c on r.brand_id = c.brand_id and n.month_number = c.month_number
),

sparklines as (
    select
        e.brand_id,
        array_agg(cast(e.mrr as double precision) order by e.month_number) as sparkline
    from month_ends e
    group by e.brand_id
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
