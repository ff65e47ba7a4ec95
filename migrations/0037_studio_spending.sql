-- What studios spend: by day and month, in all and by product, so that a year is not read from every job.
-- depends: 0036_wake_ups

-- In the place of a product's id: all of them together, and jobs without one.
create function every_product() returns uuid
language sql immutable parallel safe
return 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid;

create function no_product() returns uuid
language sql immutable parallel safe
return '00000000-0000-0000-0000-000000000000'::uuid;

-- Studio jobs of brands that ended: failed, completed, those of these that no engine has priced, credits settled on these.
-- Costs in hundredths of a cent.
create table rollup_studio (
  in_view uuid not null,
  product_id uuid not null,
  grain text collate "C" not null check (grain in ('day', 'month')),
  starts_on date not null,
  completed integer not null,
  failed integer not null,
  unpriced integer not null,
  credits bigint not null,
  cost_sum bigint not null,
  failed_cost_sum bigint not null,
  primary key (in_view, product_id, grain, starts_on)
);
create index rollup_studio_by_time_idx on rollup_studio (in_view, grain, starts_on)
include (product_id, completed, failed, credits, cost_sum);

call protect('rollup_studio', view_rule(), '*', 'select');

-- It was what these figures were read from.
drop index tryon_jobs_studio_idx;

alter table job_changes add column product_id uuid, add column credits integer not null default 0;

create or replace function queue_job_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    with changed as (
      select o.id
      from old_rows o
      join new_rows n on n.id = o.id
      where (
        o.brand_id, o.origin, o.category, o.device, o.engine, o.product_id, o.credits, o.confidence, o.engine_cost_usd,
        o.failure_code, o.created_at, o.finished_at
      ) is distinct from (
        n.brand_id, n.origin, n.category, n.device, n.engine, n.product_id, n.credits, n.confidence, n.engine_cost_usd,
        n.failure_code, n.created_at, n.finished_at
      )
    )
    insert into job_changes (
      sign, brand_id, origin, category, device, engine, product_id, credits, status, confidence, engine_cost_usd,
      failure_code, created_at, started_at, finished_at
    )
    select
      j.sign, j.brand_id, j.origin, j.category, j.device, j.engine, j.product_id, j.credits, j.status, j.confidence,
      j.engine_cost_usd, j.failure_code, j.created_at, j.started_at, j.finished_at
    from (
      select -1 as sign, o.* from old_rows o
      union all
      select 1, n.* from new_rows n
    ) as j
    where j.id in (select c.id from changed c);
    insert into shopper_changes (user_id)
    select distinct p.user_id
    from old_rows o
    join new_rows n on n.id = o.id
    cross join lateral unnest(array[o.user_id, n.user_id]) as p (user_id)
    where p.user_id is not null
      and (o.user_id, o.brand_id, o.origin, o.category, o.device, o.created_at, o.finished_at)
      is distinct from (n.user_id, n.brand_id, n.origin, n.category, n.device, n.created_at, n.finished_at);
    insert into verdict_changes (job_id)
    select n.id
    from old_rows o
    join new_rows n on n.id = o.id
    where o.finished_at is distinct from n.finished_at
      and exists (select from reviews r where r.job_id = n.id);
  elsif tg_op = 'INSERT' then
    insert into job_changes (
      sign, brand_id, origin, category, device, engine, product_id, credits, status, confidence, engine_cost_usd,
      failure_code, created_at, started_at, finished_at
    )
    select
      1, j.brand_id, j.origin, j.category, j.device, j.engine, j.product_id, j.credits, j.status, j.confidence,
      j.engine_cost_usd, j.failure_code, j.created_at, j.started_at, j.finished_at
    from new_rows j;
    insert into shopper_changes (user_id)
    select distinct j.user_id from new_rows j where j.user_id is not null and j.origin = 'shopper';
  else
    insert into job_changes (
      sign, brand_id, origin, category, device, engine, product_id, credits, status, confidence, engine_cost_usd,
      failure_code, created_at, started_at, finished_at
    )
    select
      -1, j.brand_id, j.origin, j.category, j.device, j.engine, j.product_id, j.credits, j.status, j.confidence,
      j.engine_cost_usd, j.failure_code, j.created_at, j.started_at, j.finished_at
    from old_rows j;
    insert into shopper_changes (user_id)
    select distinct j.user_id from old_rows j where j.user_id is not null and j.origin = 'shopper';
    insert into verdict_changes (job_id) select j.id from old_rows j;
  end if;
  return null;
end
$$;

-- What waits does not say these, and what was folded long ago was not counted here.
update rollup_state set is_stale = true
where exists (select from brands);
