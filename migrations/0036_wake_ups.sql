-- Procrastinate knows which workers live.
-- depends: 0035_procrastinate

drop table worker_heartbeats;

-- As it was, but for `alive`: whether any worker lives is what is known of those that have not
-- begun anything yet.
create or replace function queue_places() returns table (job_id uuid, ahead_count integer, left_ms double precision)
language sql stable security definer set search_path = public, pg_temp as $$
with latest as materialized (
  select distinct on (a.job_id) a.job_id, a.started_at, a.ended_at, a.lease_until, a.retry_at
  from job_attempts a
  join tryon_jobs j on j.id = a.job_id
  where j.status = 'processing'
  order by a.job_id, a.number desc
),
workers as (
  select
    count(distinct a.worker)::double precision as worker_count,
    count(*) filter (where a.ended_at is null)::double precision as running_count
  from job_attempts a
  where a.started_at > now() - interval '10 minutes'
    and (a.ended_at > now() - interval '1 minute' or (a.ended_at is null and a.lease_until > now()))
),
alive as (
  select count(*) as alive_count
  from (
    select from procrastinate_workers w
    where w.last_heartbeat > now() - interval '30 seconds'
    limit 1
  ) any_worker
),
turns as (
  select (select coalesce(j.brand_id, j.user_id) from tryon_jobs j where j.id = a.job_id) as tenant, count(*) as turn_count
  from job_attempts a
  where a.started_at > now() - interval '10 minutes' or a.ended_at is null
  group by 1
),
waiting as (
  select
    j.id, j.engine, j.priority, j.created_at,
    coalesce(t.turn_count, 0) + row_number() over (
      partition by coalesce(j.brand_id, j.user_id), j.priority order by j.created_at, j.id
    ) as turn
  from tryon_jobs j
  left join batches b on b.id = j.batch_id
  left join latest a on a.job_id = j.id
  left join turns t on t.tenant = coalesce(j.brand_id, j.user_id)
  where j.status in ('queued', 'processing')
    and b.paused_at is null
    and (j.status = 'queued' or coalesce(a.retry_at, a.lease_until) <= now())
),
placed as (
  select
    w.id, w.engine,
    row_number() over (order by w.priority desc, w.turn, w.created_at, w.id) - 1 as ahead_count,
    -- Of what another engine has ahead, its own pace tells; without one, nothing does.
    sum(p.attempt_ms) over sorted - p.attempt_ms as ahead_ms,
    count(*) filter (where p.engine is null) over sorted as untold_count,
    p.attempt_ms
  from waiting w
  left join queue_pace() p on p.engine = w.engine
  window sorted as (order by w.priority desc, w.turn, w.created_at, w.id)
)
select
  j.id,
  coalesce(w.ahead_count, 0)::integer,
  case
    when w.id is not null and w.untold_count = 0 then
      -- What is being made is half done on average.
      (w.ahead_ms + k.running_count * w.attempt_ms / 2) / nullif(greatest(k.worker_count, h.alive_count), 0) + w.attempt_ms
    when a.ended_at is null and a.lease_until > now() then
      greatest(p.attempt_ms - extract(epoch from now() - a.started_at) * 1000, 0)
  end
from tryon_jobs j
cross join workers k
cross join alive h
left join placed w on w.id = j.id
left join latest a on a.job_id = j.id
left join queue_pace() p on p.engine = j.engine
where j.status in ('queued', 'processing')
  -- As job_rule, which is not asked here: the queue is everybody's.
  and (
    scope_sees_all()
    or j.user_id = scope_user()
    or (j.origin <> 'demo' and j.brand_id in (select scope_brands()))
  )
$$;
