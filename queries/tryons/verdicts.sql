-- The jobs behind human accuracy and calibration: random draws with a verdict, dated by the job's
-- completion.
-- Grain: one row per job, the newest first.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   origin           shopper, studio, demo, or all
--   category         garment category, or all
--   device           ios, android, desktop, tablet, other, or all
--   verdict          approved, rejected, or all
--   bin_number       0 to 9 for a tenth of model confidence, or -1 for all
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
select
    j.id as job_id,
    j.created_at,
    b.name as brand,
    cast(j.category as text) as category,
    cast(j.device as text) as device,
    j.engine,
    cast(j.origin as text) as origin,
    cast(j.status as text) as status,
    j.confidence as confidence_pct,
    case when v.approved then 'approved' else 'rejected' end as verdict,
    round(extract(epoch from j.finished_at - j.started_at) * 1000) as processing_ms,
    j.failure_code as failure
from job_verdicts v
inner join tryon_jobs j on v.job_id = j.id
left join brands b on j.brand_id = b.id
where
    v.drawn_at_random
    and v.finished_at >= cast(:since as timestamptz)
    and v.finished_at < cast(:until as timestamptz)
    and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
    and (:category = 'all' or v.category = cast(nullif(:category, 'all') as garment_category))
    and (:device = 'all' or v.device = cast(nullif(:device, 'all') as device_type))
    and (:verdict = 'all' or v.approved = (:verdict = 'approved'))
    and (
        cast(:bin_number as integer) = -1
        or case
            when v.confidence is not null then least(floor(v.confidence * 10), 9)
        end = cast(:bin_number as integer)
    )
order by j.created_at desc, j.id desc
limit :row_count
