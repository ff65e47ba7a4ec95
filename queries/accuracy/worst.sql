-- The worst pictures: jobs that reviewers rejected, dated by the job's completion, those first of
-- which the engine was least sure. A job's verdict is the adjudicated one, else the majority of the
-- reviewers' latest; a tie is unresolved and not counted. Of every review, however it came up.
-- Grain: one row per job, lowest model confidence first, then the last completed.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   origin           shopper (what pages show unless asked otherwise), studio, demo, or all
--   category         garment category, or all
--   device           ios, android, desktop, tablet, other, or all
--   row_count        how many jobs at most
-- Columns:
--   job_id           the job
--   object_id        its picture, as far as it is stored; n/a without one
--   created_at       when it was launched
--   brand            the brand's name; n/a without one
--   category         garment category; n/a without one
--   device           device; n/a without one
--   engine           engine
--   origin           shopper, studio or demo
--   status           completed
--   confidence_pct   the engine's own estimate
--   verdict          rejected
--   reasons          why, as the reviewers said; n/a where they gave no reason
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
        v.confidence
    from verdict_facts v
    where
        not v.approved
        and v.finished_at >= cast(:since as timestamptz)
        and v.finished_at < cast(:until as timestamptz)
        and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or v.category = :category)
        and (:device = 'all' or v.device = :device)
),

found as (
    (
        select w.*
        from asked_for w
        where (select s.is_wide from seen s)
        order by w.confidence asc, w.finished_at desc, w.job_id desc
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
            order by f.confidence asc, f.finished_at desc, f.job_id desc
            limit :row_count
        ) as n
),

page as (
    select f.*
    from found f
    order by f.confidence asc, f.finished_at desc, f.job_id desc
    limit :row_count
)

select
    p.job_id,
    (
        select o.object_id
        from job_outputs o
        where o.job_id = p.job_id
        order by o.is_selected desc, o.position asc
        limit 1
    ) as object_id,
    j.created_at,
    b.name as brand,
    cast(j.category as text) as category,
    cast(j.device as text) as device,
    j.engine,
    cast(j.origin as text) as origin,
    cast(j.status as text) as status,
    p.confidence as confidence_pct,
    'rejected' as verdict,
    nullif(array_to_string(v.reasons, ', '), '') as reasons,
    round(extract(epoch from j.finished_at - j.started_at) * 1000) as processing_ms,
    j.failure_code as failure
from page p
inner join tryon_jobs j on p.job_id = j.id
inner join verdict_facts v on p.job_id = v.job_id
left join brands b on p.brand_id = b.id
order by p.confidence asc, p.finished_at desc, p.job_id desc
