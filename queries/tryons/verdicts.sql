-- The jobs behind human accuracy and calibration: random draws with a verdict, dated by the job's
-- completion.
-- Grain: one row per job, the last completed first.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   origin           shopper, studio, demo, or all
--   category         garment category, or all
--   device           ios, android, desktop, tablet, other, or all
--   verdict          approved, rejected, or all
--   reason           a reason for rejection that was given, or all
--   bin_number       0 to 9 for a tenth of model confidence, -2 for any of them, -1 for all, those
--                    without a confidence too
--   row_count        how many jobs at most
-- Columns:
--   job_id           the job
--   created_at       when it was launched
--   brand            the brand's name; n/a without one
--   category         garment category; n/a without one
--   device           device; n/a without one
--   engine           engine
--   origin           shopper, studio or demo
--   status           completed
--   confidence_pct   the engine's own estimate
--   verdict          approved or rejected
--   processing_ms    completed − started
--   failure          n/a
-- Two ways in, of which one runs: all brands in the order of the list, or brand by brand. Each is
-- in the order of an index and stops at the limit; the policy alone would have everything read.
with seen as materialized (
    select
        scope_sees_all() or count(*) > 20 as is_wide,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

few as (
    select unnest(s.brand_ids) as brand_id
    from seen s
    where not s.is_wide
),

asked_for as not materialized (
    select
        v.job_id,
        v.brand_id,
        v.finished_at,
        v.confidence,
        v.approved
    from verdict_facts v
    where
        v.drawn_at_random
        and v.finished_at >= cast(:since as timestamptz)
        and v.finished_at < cast(:until as timestamptz)
        and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or v.category = :category)
        and (:device = 'all' or v.device = :device)
        and (:verdict = 'all' or v.approved = (:verdict = 'approved'))
        and (:reason = 'all' or :reason = any(v.reasons))
        and (
            cast(:bin_number as integer) = -1
            or (cast(:bin_number as integer) = -2 and v.confidence is not null)
            or case
                when v.confidence is not null then least(floor(v.confidence * 10), 9)
            end = cast(:bin_number as integer)
        )
),

found as (
    (
        select w.*
        from asked_for w
        where (select s.is_wide from seen s)
        order by w.finished_at desc, w.job_id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select f.*
            from asked_for f
            where f.brand_id = s.brand_id
            order by f.finished_at desc, f.job_id desc
            limit :row_count
        ) as n
),

page as (
    select f.*
    from found f
    order by f.finished_at desc, f.job_id desc
    limit :row_count
)

select
    p.job_id,
    j.created_at,
    b.name as brand,
    cast(j.category as text) as category,
    cast(j.device as text) as device,
    j.engine,
    cast(j.origin as text) as origin,
    cast(j.status as text) as status,
    p.confidence as confidence_pct,
    case when p.approved then 'approved' else 'rejected' end as verdict,
    round(extract(epoch from j.finished_at - j.started_at) * 1000) as processing_ms,
    j.failure_code as failure
from page p
inner join tryon_jobs j on p.job_id = j.id
left join brands b on p.brand_id = b.id
order by p.finished_at desc, p.job_id desc
