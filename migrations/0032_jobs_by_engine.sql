-- A worker waits for several providers' pictures at once, while it makes one itself: each asks for its own kind of job.
-- depends: 0031_spend_without_channel

drop function next_job();

-- What runs next, locked: of the engines that are asked for (null: of all) and none of the others, not paused, the highest
-- priority, then the brand with the fewest running; among equals the one that has had the fewest turns lately (or one worker
-- alone would stay with the brand that came first), then the oldest job.
--
-- A job that another worker takes at this moment is skipped. One that it has just taken is looked at again when its row is
-- locked: it is no longer queued, and it has no attempt that is due.
--
-- With the owner's rights and its statistics: under row-level security the planner does not know that few jobs are open, and
-- reads them all. How many they are just now, it never knows: without a word it would walk through the turns for each.
create function next_job(only_engines text[], but_engines text[]) returns table (id uuid, engine text)
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
  and (only_engines is null or j.engine = any(only_engines))
  and j.engine <> all(but_engines)
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
