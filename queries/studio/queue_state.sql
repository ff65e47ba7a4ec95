-- How much waits, how much is being made, how quickly jobs end, and whether a worker lives.
-- Waiting: queued, or to be tried again after a failure that may pass. Paused: waiting in a batch
-- that is paused.
-- Grain: one row.
-- Scope: brands and user.
-- Parameters:
--   since              from when on ended jobs are counted
-- Columns:
--   waiting_count      jobs that wait, paused ones left out
--   paused_count       jobs that wait in paused batches
--   processing_count   jobs that an engine is at
--   ended_count        jobs that completed or failed since then
--   failed_count       those of them that failed
--   oldest_at          since when the job waits that waits longest; n/a where none waits
--   worker_seen_at     when a worker was last heard of; n/a when none ever was
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

open_jobs as materialized (
    select
        j.created_at,
        b.paused_at is not null as is_paused,
        j.status = 'processing' and a.ended_at is null and a.started_at is not null as is_made
    from tryon_jobs j
    left join batches b on j.batch_id = b.id
    left join lateral (
        select
            x.started_at,
            x.ended_at
        from job_attempts x
        where x.job_id = j.id
        order by x.number desc
        limit 1
    ) as a on true
    where
        j.status in ('queued', 'processing')
        and ((select s.is_wide from seen s) or j.brand_id in (select s.brand_id from few s))
),

ended as (
    select
        count(*) as ended,
        count(*) filter (where j.status = 'failed') as failed
    from tryon_jobs j
    where
        j.finished_at >= cast(:since as timestamptz)
        and j.status in ('completed', 'failed')
        and ((select s.is_wide from seen s) or j.brand_id in (select s.brand_id from few s))
)

select
    count(*) filter (where not o.is_made and not o.is_paused) as waiting_count,
    count(*) filter (where not o.is_made and o.is_paused) as paused_count,
    count(*) filter (where o.is_made) as processing_count,
    (select e.ended from ended e) as ended_count,
    (select e.failed from ended e) as failed_count,
    min(o.created_at) filter (where not o.is_made and not o.is_paused) as oldest_at,
    (select max(w.last_heartbeat) from procrastinate_workers w) as worker_seen_at
from open_jobs o
