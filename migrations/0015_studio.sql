-- The queue of try-on jobs: who works on one and until when, and what its engine calls it.
-- depends: 0012_saved_looks

-- An attempt is held under a lease, which its worker renews; when that has run out, the attempt is lost and another may take
-- the job. retry_at: after a failure that may pass, the time from which it may be tried again. reference: what the engine
-- calls the job, so that a worker finds what another has ordered.
alter table job_attempts
add column worker text,
add column lease_until timestamptz,
add column retry_at timestamptz,
add column reference text;

-- However workers collide, one of them holds a job.
create unique index job_attempts_one_open_key on job_attempts (job_id) where ended_at is null;
-- The queue looks at the last minutes, to give brands their turns.
create index job_attempts_started_idx on job_attempts (started_at);

-- What runs next, locked: not paused, the highest priority, then the brand with the fewest running; among equals the one that
-- has had the fewest turns lately (or one worker alone would stay with the brand that came first), then the oldest job.
--
-- A job that another worker takes at this moment is skipped. One that it has just taken is looked at again when its row is
-- locked: it is no longer queued, and it has no attempt that is due.
--
-- With the owner's rights and its statistics: under row-level security the planner does not know that few jobs are open, and
-- reads them all. How many they are just now, it never knows: without a word it would walk through the turns for each.
create function next_job() returns table (id uuid, engine text)
language sql volatile security definer set search_path = public, pg_temp set enable_nestloop = off as $$
with turns as (
  select
    (select coalesce(j.brand_id, j.user_id) from tryon_jobs j where j.id = a.job_id) as tenant,
    count(*) filter (where a.ended_at is null and a.lease_until > now()) as running_count,
    count(*) as recent_count
  from job_attempts a
  where a.started_at > now() - interval '10 minutes' or a.ended_at is null
  group by 1
)
select j.id, j.engine
from tryon_jobs j
left join batches b on b.id = j.batch_id
left join turns t on t.tenant = coalesce(j.brand_id, j.user_id)
where (select scope_sees_all())
  and j.status in ('queued', 'processing')
  and b.paused_at is null
  and (
    j.status = 'queued'
    or (
      select coalesce(a.retry_at, a.lease_until)
      from job_attempts a
      where a.job_id = j.id
      order by a.number desc
      limit 1
    ) <= now()
  )
order by
  j.priority desc,
  coalesce(t.running_count, 0),
  coalesce(t.recent_count, 0),
  j.created_at,
  j.id
limit 1
for no key update of j skip locked
$$;
revoke execute on function next_job from public;
grant execute on function next_job to closetai_app;

-- Whoever ends a job, be it a cancellation or the deletion of a person, ends the attempt at it as well. What the engine calls
-- it is of no more use then, and would lead from there to a person's picture.
create function end_open_attempt() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update job_attempts
  set ended_at = coalesce(ended_at, clock_timestamp()), outcome = coalesce(outcome, new.status::text), reference = null
  where job_id = new.id and (ended_at is null or reference is not null);
  return null;
end
$$;
revoke execute on function end_open_attempt from public;
create trigger tryon_jobs_end_attempt after update of status on tryon_jobs
for each row when (old.status = 'processing' and new.status in ('completed', 'failed', 'canceled'))
execute function end_open_attempt();

-- A provider's engine cannot always say how sure it is, and a number made up would be worse than none.
do $$
declare
  doomed text;
begin
  select c.conname into strict doomed
  from pg_constraint c
  where c.conrelid = 'tryon_jobs'::regclass and c.contype = 'c'
    and pg_get_constraintdef(c.oid) like '%completed%' and pg_get_constraintdef(c.oid) like '%confidence IS NOT NULL%';
  execute format('alter table tryon_jobs drop constraint %I', doomed);
end
$$;

-- A key may be noted already, for a file without a row (yet) that would be erased later: now it is to be erased at once.
create or replace function request_object_deletion() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into object_deletions (key) values (old.key)
  on conflict (key) do update set requested_at = excluded.requested_at;
  return old;
end
$$;
grant update (requested_at) on object_deletions to closetai_app;
