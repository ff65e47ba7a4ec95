-- A shopper's first job may be deleted: then the next one is the first, and 'infinity' says that none is left. The cohorts have
-- followed all along, being counted from the jobs; who stands behind them is looked up here.
-- depends: 0054_jobs_by_confidence

create function forget_first_jobs() returns trigger
language plpgsql security definer
set search_path = public, pg_temp
as $$
begin
  -- In the order of the key, in which whoever launches jobs writes them too.
  perform
  from shoppers s
  where exists (
    select from old_jobs o
    where o.brand_id = s.brand_id and o.user_id = s.user_id and o.origin = 'shopper' and o.created_at = s.first_job_at
  )
  order by s.brand_id, s.user_id
  for update;

  with gone as (
    select distinct s.brand_id, s.user_id
    from old_jobs o
    join shoppers s on s.brand_id = o.brand_id and s.user_id = o.user_id and s.first_job_at = o.created_at
    where o.origin = 'shopper'
  )
  update shoppers s
  set first_job_at = coalesce(f.created_at, 'infinity'),
      first_category = f.category,
      first_device = f.device
  from gone g
  left join lateral (
    select j.created_at, j.category, j.device
    from tryon_jobs j
    where j.brand_id = g.brand_id and j.user_id = g.user_id and j.origin = 'shopper'
    order by j.created_at, j.id
    limit 1
  ) as f on true
  where s.brand_id = g.brand_id and s.user_id = g.user_id;
  return null;
end
$$;
revoke all on function forget_first_jobs() from public;

create trigger tryon_jobs_forget_shoppers
after delete on tryon_jobs
referencing old table as old_jobs
for each statement execute function forget_first_jobs();

-- What was deleted before.
with firsts as (
  select o.brand_id, o.user_id, coalesce(f.created_at, 'infinity') as first_job_at, f.category, f.device
  from shoppers o
  left join lateral (
    select j.created_at, j.category, j.device
    from tryon_jobs j
    where j.brand_id = o.brand_id and j.user_id = o.user_id and j.origin = 'shopper'
    order by j.created_at, j.id
    limit 1
  ) as f on true
)
update shoppers s
set first_job_at = f.first_job_at, first_category = f.category, first_device = f.device
from firsts f
where s.brand_id = f.brand_id and s.user_id = f.user_id and s.first_job_at <> f.first_job_at;
