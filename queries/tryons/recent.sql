-- The newest jobs that the person may see: those of their brands, and their own.
-- Grain: one row per job, newest first.
-- Scope: brands and user.
-- Parameters:
--   since            first day to look at
--   origin           shopper, studio, demo, or all
--   row_count        how many at most
-- Columns:
--   job_id           job
--   brand            the brand's name; n/a without one
--   origin           shopper, studio or demo
--   mode             tryon, from_prompt, photo_text, product_shot or photo_set
--   category         garment category; n/a without one
--   status           queued, processing, completed, failed or canceled
--   confidence_pct   the engine's own estimate; n/a unless completed
--   failure          what failed; n/a unless failed
--   processing_ms    completed − started; n/a unless completed
--   created_at       when it was launched
--   finished_at      when it completed, failed or was canceled; n/a before
select
    j.id as job_id,
    b.name as brand,
    cast(j.origin as text) as origin,
    cast(j.mode as text) as mode,
    cast(j.category as text) as category,
    cast(j.status as text) as status,
    j.confidence as confidence_pct,
    j.failure_code as failure,
    case
        when
            j.status = 'completed'
            then round(extract(epoch from j.finished_at - j.started_at) * 1000)
    end as processing_ms,
    j.created_at,
    j.finished_at
from tryon_jobs j
left join brands b on j.brand_id = b.id
where
    (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
    and j.created_at >= cast(:since as timestamptz)
order by j.created_at desc, j.id desc
limit :row_count
