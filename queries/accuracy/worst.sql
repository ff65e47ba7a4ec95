-- The worst pictures: jobs that reviewers rejected, dated by the job's completion, those first of
-- which the engine was least sure. A job's verdict is the adjudicated one, else the majority of the
-- reviewers' latest; a tie is unresolved and not counted. Of every review, however it came up.
-- Grain: one row per job, lowest model confidence first, then the newest.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   origin           shopper (what pages show unless asked otherwise), studio, demo, or all
--   category         garment category, or all
--   device           ios, android, desktop, tablet, other, or all
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
--   verdict          rejected
--   processing_ms    completed − started
--   failure          n/a
-- Two ways in, of which one runs: all reviews in the order of time, or those of the brands in view.
-- Nobody reviews a picture before it is there.
with rejected as materialized (
    select r.job_id
    from reviews r
    where
        (select scope_sees_all())
        and not r.approved
        and r.created_at >= cast(:since as timestamptz)
    union
    select r.job_id
    from reviews r
    where
        not (select scope_sees_all())
        and r.brand_id = any(array(select b.id from brands b))
        and not r.approved
        and r.created_at >= cast(:since as timestamptz)
),

candidates as (
    select j.*
    from rejected x
    inner join tryon_jobs j on x.job_id = j.id
    where
        j.status = 'completed'
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
        and (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
    order by j.confidence asc, j.created_at desc, j.id desc
    -- Verdicts are looked up in this order, until there are enough.
    offset 0
)

select
    c.id as job_id,
    c.created_at,
    b.name as brand,
    cast(c.category as text) as category,
    cast(c.device as text) as device,
    c.engine,
    cast(c.origin as text) as origin,
    cast(c.status as text) as status,
    c.confidence as confidence_pct,
    'rejected' as verdict,
    round(extract(epoch from c.finished_at - c.started_at) * 1000) as processing_ms,
    c.failure_code as failure
from candidates c
left join brands b on c.brand_id = b.id
where (
    select not v.approved
    from job_verdicts v
    where v.job_id = c.id
)
order by c.confidence asc, c.created_at desc, c.id desc
limit :row_count
