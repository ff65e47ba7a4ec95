-- Jobs that have been launched together: how far each is, and what came of it.
-- Grain: one row per job that the person may see, in the order in which they were launched.
-- Scope: brands and user.
-- Parameters:
--   job_ids            ids, with commas
--   in_batch           id of a batch, whose jobs are added, or none
--   row_count          how many at most
-- Columns:
--   job_id             the job
--   status             queued, processing, completed, failed or canceled
--   engine             engine
--   category           garment category; n/a without one
--   person             the persona's name; n/a for a photo
--   garments           names of what is worn, with commas; n/a where they have none
--   person_object_id   the picture of the person; n/a without one
--   object_id          the selected picture that was made; n/a before
--   confidence_pct     the engine's own estimate; n/a unless it has one
--   warnings           what the engine warns of, a sentence a line; n/a without
--   failure            code of the failure; n/a unless failed
--   failure_message    the failure in a sentence; n/a where nobody said
--   is_retryable       whether it waits for another attempt
--   is_paused          whether its batch is paused
--   ahead_count        jobs that begin before it; n/a unless queued
--   left_ms            until it ends at the recent pace; n/a where nothing tells
--   took_ms            ended − created; n/a before
--   created_at         when it was launched
with chosen as (
    select j.*
    from tryon_jobs j
    where
        j.id = any(cast(string_to_array(:job_ids, ',') as uuid[]))
        or (:in_batch <> 'none' and j.batch_id = cast(nullif(:in_batch, 'none') as uuid))
    order by j.created_at, j.id
    limit :row_count
),

-- The whole queue is looked at only for jobs that are still in it.
still_open as (
    select count(*) as open_jobs
    from chosen o
    where o.status in ('queued', 'processing')
),

open_places as (
    select
        q.job_id,
        q.ahead_count,
        q.left_ms
    from still_open s
    cross join lateral queue_places() as q
    where s.open_jobs > 0
)

select
    c.id as job_id,
    cast(c.status as text) as status,
    c.engine,
    cast(c.category as text) as category,
    p.name as person,
    worn.names as garments,
    coalesce(c.selfie_object_id, p.thumbnail_object_id, (
        select x.object_id
        from persona_pictures x
        where x.persona_id = c.persona_id
        order by x.position, x.object_id
        limit 1
    )) as person_object_id,
    (
        select o.object_id
        from job_outputs o
        where o.job_id = c.id
        order by o.is_selected desc, o.position asc
        limit 1
    ) as object_id,
    c.confidence as confidence_pct,
    (
        select string_agg(w.sentence, E'\n')
        from jsonb_array_elements_text(c.signals -> 'warnings') as w (sentence)
    ) as warnings,
    c.failure_code as failure,
    c.failure_message,
    coalesce(a.outcome = 'failed' and c.status = 'processing', false) as is_retryable,
    b.paused_at is not null as is_paused,
    case when c.status = 'queued' then q.ahead_count end as ahead_count,
    q.left_ms,
    round(extract(epoch from c.finished_at - c.created_at) * 1000) as took_ms,
    c.created_at
from chosen c
left join personas p on c.persona_id = p.id
left join batches b on c.batch_id = b.id
left join open_places q on c.id = q.job_id
left join lateral (
    select string_agg(coalesce(i.name, r.name), ', ' order by g.position) as names
    from tryon_garments g
    left join wardrobe_items i on g.item_id = i.id
    left join products r on g.product_id = r.id
    where g.job_id = c.id
) as worn on true
left join lateral (
    select y.outcome
    from job_attempts y
    where y.job_id = c.id
    order by y.number desc
    limit 1
) as a on true
order by c.created_at, c.id
