-- One job: what it was, how it went, what it cost.
-- Grain: one row, or none where the job does not exist or is another brand's.
-- Scope: brands and user.
-- Parameters:
--   job_id            the job
-- Columns:
--   job_id            the job
--   brand             the brand's name; n/a without one
--   origin            shopper, studio or demo
--   mode              kind of job
--   category          garment category; n/a without one
--   device            device; n/a without one
--   engine            engine
--   engine_version    its version; n/a where it says none
--   status            queued, processing, completed, failed or canceled
--   failure           code of the failure; n/a unless failed
--   failure_message   what the engine said of it; n/a where it said nothing
--   batch             the batch's name; n/a without one
--   prompt            what was asked for in words; n/a without any
--   parameters        what else was asked of the engine, as JSON; n/a without any
--   warnings          what the engine said of its picture; n/a where nothing
--   confidence_pct    the engine's own estimate; n/a before completion
--   verdict           approved or rejected; n/a without a verdict
--   credit_count      credits that it costs
--   engine_cost_usd   what the engine cost; n/a where it says nothing
--   created_at        when it was launched
--   started_at        when an engine began; n/a before
--   finished_at       when it ended; n/a before
--   queue_ms          started − created; n/a before
--   processing_ms     completed − started; n/a unless completed
select
    j.id as job_id,
    b.name as brand,
    cast(j.origin as text) as origin,
    cast(j.mode as text) as mode,
    cast(j.category as text) as category,
    cast(j.device as text) as device,
    j.engine,
    j.engine_version,
    cast(j.status as text) as status,
    j.failure_code as failure,
    j.failure_message,
    t.name as batch,
    j.prompt,
    cast(j.parameters as text) as parameters,
    (
        select string_agg(w.said, ' ')
        from jsonb_array_elements_text(
            case jsonb_typeof(j.signals -> 'warnings')
                when 'array' then j.signals -> 'warnings'
                else '[]'
            end
        ) as w (said)
    ) as warnings,
    j.confidence as confidence_pct,
    (
        select case when v.approved then 'approved' else 'rejected' end
        from job_verdicts v
        where v.job_id = cast(:job_id as uuid)
    ) as verdict,
    j.credits as credit_count,
    j.engine_cost_usd,
    j.created_at,
    j.started_at,
    j.finished_at,
    round(extract(epoch from j.started_at - j.created_at) * 1000) as queue_ms,
    case
        when j.status = 'completed'
            then round(extract(epoch from j.finished_at - j.started_at) * 1000)
    end as processing_ms
from tryon_jobs j
left join brands b on j.brand_id = b.id
left join batches t on j.batch_id = t.id
where j.id = cast(:job_id as uuid)
