-- Engines, batches, photo sets, try-on jobs with their garments, attempts, outputs and reviews; shoppers.
-- depends: 0003_wardrobe

create table model_versions (
  id uuid primary key default uuid_v7(),
  brand_id uuid references brands on delete cascade,
  engine text not null,
  version text not null,
  status text not null default 'released' check (status in ('training', 'released', 'retired', 'failed')),
  notes text,
  released_at timestamptz,
  created_at timestamptz not null default now(),
  unique nulls not distinct (brand_id, engine, version)
);

create table batches (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands,
  user_id uuid references users on delete set null,
  name text not null check (length(name) between 1 and 255),
  paused_at timestamptz,
  created_at timestamptz not null default now()
);
create index batches_brand_id_idx on batches (brand_id, created_at);
create index batches_user_id_idx on batches (user_id);

create table photo_sets (
  id uuid primary key default uuid_v7(),
  persona_id uuid not null references personas on delete cascade,
  user_id uuid references users on delete cascade,
  brand_id uuid references brands,
  style text not null,
  photo_count smallint not null default 23 check (photo_count between 1 and 200),
  created_at timestamptz not null default now(),
  check (num_nonnulls(user_id, brand_id) >= 1)
);
create index photo_sets_persona_id_idx on photo_sets (persona_id);
create index photo_sets_user_id_idx on photo_sets (user_id);
create index photo_sets_brand_id_idx on photo_sets (brand_id);

create type job_status as enum ('queued', 'processing', 'completed', 'failed', 'canceled');
create type job_origin as enum ('shopper', 'studio', 'demo');
create type job_mode as enum ('tryon', 'from_prompt', 'photo_text', 'product_shot', 'photo_set');
create type device_type as enum ('ios', 'android', 'desktop', 'tablet', 'other');

create table tryon_jobs (
  id uuid primary key default uuid_v7(),
  brand_id uuid references brands,
  user_id uuid references users,
  origin job_origin not null,
  mode job_mode not null default 'tryon',
  status job_status not null default 'queued',
  category garment_category,
  device device_type,
  engine text not null,
  engine_version text,
  priority smallint not null default 0,
  batch_id uuid references batches on delete set null,
  photo_set_id uuid references photo_sets on delete set null,
  product_id uuid references products on delete set null,
  persona_id uuid references personas on delete set null,
  selfie_object_id uuid references stored_objects on delete set null,
  prompt text,
  prompt_used text,
  parameters jsonb,
  idempotency_key text,
  credits smallint not null default 1 check (credits >= 0),
  confidence numeric(4, 3) check (confidence between 0 and 1),
  signals jsonb,
  engine_cost_usd numeric(10, 4) check (engine_cost_usd >= 0),
  failure_code text,
  failure_message text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- A finished job has its time, an unfinished one has none; a completed try-on has a confidence, a failed job its reason.
  check ((finished_at is not null) = (status in ('completed', 'failed', 'canceled'))),
  check (status <> 'queued' or started_at is null),
  check (status not in ('processing', 'completed', 'failed') or started_at is not null),
  check (started_at >= created_at and finished_at >= coalesce(started_at, created_at)),
  check (status <> 'failed' or failure_code is not null),
  check (status <> 'completed' or mode <> 'tryon' or confidence is not null),
  check (origin <> 'shopper' or mode <> 'tryon' or category is not null)
);

create index tryon_jobs_brand_created_idx on tryon_jobs (brand_id, created_at);
create index tryon_jobs_created_idx on tryon_jobs using brin (created_at);
create index tryon_jobs_finished_idx on tryon_jobs using brin (finished_at);
create index tryon_jobs_user_idx on tryon_jobs (user_id, created_at);
-- Small: only what is not finished. A partial index on now() cannot exist; on the status it can.
create index tryon_jobs_open_idx on tryon_jobs (status, priority desc, created_at) where status in ('queued', 'processing');
create unique index tryon_jobs_idempotency_key on tryon_jobs (brand_id, user_id, idempotency_key)
nulls not distinct where idempotency_key is not null;
create index tryon_jobs_batch_idx on tryon_jobs (batch_id) where batch_id is not null;
create index tryon_jobs_photo_set_idx on tryon_jobs (photo_set_id) where photo_set_id is not null;
create index tryon_jobs_product_idx on tryon_jobs (product_id) where product_id is not null;
create index tryon_jobs_persona_idx on tryon_jobs (persona_id) where persona_id is not null;
create index tryon_jobs_selfie_idx on tryon_jobs (selfie_object_id) where selfie_object_id is not null;

alter table wardrobe_items add foreign key (source_job_id) references tryon_jobs on delete set null;

-- queued → processing → completed | failed | canceled, and queued → canceled. Nothing leaves a final state.
create function check_job_transition() returns trigger
language plpgsql as $$
begin
  if new.status <> old.status then
    if not (
      (old.status = 'queued' and new.status in ('processing', 'canceled'))
      or (old.status = 'processing' and new.status in ('completed', 'failed', 'canceled'))
    ) then
      raise exception 'A job cannot go from % to %.', old.status, new.status
        using errcode = 'check_violation', constraint = 'tryon_jobs_transition';
    end if;
    if new.status = 'processing' then
      new.started_at := coalesce(new.started_at, clock_timestamp());
    else
      new.finished_at := coalesce(new.finished_at, clock_timestamp());
    end if;
  elsif old.status in ('completed', 'failed', 'canceled')
    and (
      new.brand_id, new.origin, new.mode, new.category, new.device, new.engine, new.engine_version, new.credits,
      new.confidence, new.engine_cost_usd, new.failure_code, new.created_at, new.started_at, new.finished_at
    ) is distinct from (
      old.brand_id, old.origin, old.mode, old.category, old.device, old.engine, old.engine_version, old.credits,
      old.confidence, old.engine_cost_usd, old.failure_code, old.created_at, old.started_at, old.finished_at
    ) then
    raise exception 'A % job is finished and keeps its result.', old.status
      using errcode = 'check_violation', constraint = 'tryon_jobs_transition';
  end if;
  return new;
end
$$;
create trigger tryon_jobs_transition before update on tryon_jobs
for each row execute function check_job_transition();

create table tryon_garments (
  job_id uuid not null references tryon_jobs on delete cascade,
  position smallint not null,
  item_id uuid references wardrobe_items on delete set null,
  product_id uuid references products on delete set null,
  object_id uuid references stored_objects on delete set null,
  category garment_category,
  primary key (job_id, position)
);
create index tryon_garments_item_idx on tryon_garments (item_id) where item_id is not null;
create index tryon_garments_product_idx on tryon_garments (product_id) where product_id is not null;
create index tryon_garments_object_idx on tryon_garments (object_id) where object_id is not null;

create table job_attempts (
  job_id uuid not null references tryon_jobs on delete cascade,
  number smallint not null check (number >= 1),
  engine text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text check (outcome in ('completed', 'failed', 'canceled', 'lost')),
  error_code text,
  error_message text,
  engine_cost_usd numeric(10, 4) check (engine_cost_usd >= 0),
  primary key (job_id, number)
);

create table job_outputs (
  id uuid primary key default uuid_v7(),
  job_id uuid not null references tryon_jobs on delete cascade,
  object_id uuid not null references stored_objects on delete cascade,
  position smallint not null default 0,
  is_selected boolean not null default false,
  is_favorite boolean not null default false,
  rating smallint check (rating between 1 and 5),
  note text,
  created_at timestamptz not null default now(),
  unique (job_id, position)
);
create index job_outputs_object_idx on job_outputs (object_id);

create table reviews (
  id uuid primary key default uuid_v7(),
  job_id uuid not null references tryon_jobs on delete cascade,
  brand_id uuid not null references brands,
  reviewer_id uuid references users,
  approved boolean not null,
  reasons text[] not null default '{}' check (
    reasons <@ array['wrong_category', 'neckline', 'identity', 'lost_detail', 'hands', 'background', 'other']
  ),
  rating smallint check (rating between 1 and 5),
  note text,
  drawn text not null check (drawn in ('random', 'uncertainty', 'newest', 'value')),
  is_adjudication boolean not null default false,
  created_at timestamptz not null default now(),
  check (not approved or reasons = '{}')
);
create index reviews_job_id_idx on reviews (job_id, reviewer_id, created_at);
create index reviews_brand_idx on reviews (brand_id, created_at);
create index reviews_reviewer_idx on reviews (reviewer_id);

-- A shopper of a brand: the consumer's first job with that brand fixes the cohort.
create table shoppers (
  brand_id uuid not null references brands,
  user_id uuid not null references users,
  first_job_at timestamptz not null,
  first_category garment_category,
  first_device device_type,
  channel text,
  opted_out_at timestamptz,
  primary key (brand_id, user_id)
);
create index shoppers_user_id_idx on shoppers (user_id);
create index shoppers_first_job_idx on shoppers (brand_id, first_job_at);

-- One statement a batch of jobs, in key order: a trigger per row would be several times slower and could deadlock.
create function note_shoppers() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into shoppers (brand_id, user_id, first_job_at, first_category, first_device)
  select distinct on (j.brand_id, j.user_id) j.brand_id, j.user_id, j.created_at, j.category, j.device
  from new_jobs j
  where j.origin = 'shopper' and j.brand_id is not null and j.user_id is not null
  order by j.brand_id, j.user_id, j.created_at, j.id
  on conflict (brand_id, user_id) do update
  set first_job_at = excluded.first_job_at,
      first_category = excluded.first_category,
      first_device = excluded.first_device
  where excluded.first_job_at < shoppers.first_job_at;
  return null;
end
$$;
revoke execute on function note_shoppers from public;
create trigger tryon_jobs_note_shoppers after insert on tryon_jobs
referencing new table as new_jobs for each statement execute function note_shoppers();

-- A demo visitor's jobs are that visitor's alone, whichever brand they were tried on for.
create function job_rule() returns text
language sql immutable
return '(select scope_sees_all()) or user_id = (select scope_user())'
  || ' or (origin <> ''demo'' and brand_id in (select scope_brands()))';

create function job_write_rule() returns text
language sql immutable
return '(select scope_sees_all()) or (origin <> ''demo'' and brand_id in (select scope_written_brands()))'
  || ' or (user_id = (select scope_user())'
  || ' and (brand_id is null or brand_id in (select scope_brands()) or (select scope_names_no_brand())))';

-- What belongs to a job is seen with it; a demo visitor writes it for jobs of their own.
create function job_part_rule() returns text
language sql immutable
return 'exists (select from tryon_jobs j where j.id = job_id)';

create function job_part_write_rule() returns text
language sql immutable
return 'exists (select from tryon_jobs j where j.id = job_id'
  || ' and (j.user_id = (select scope_user()) or not (select scope_is_demo())))';

-- The shared engines have no brand; any scope shows them, and the system alone writes them.
call protect(
  'model_versions',
  tenant_rule('brand_id')
  || ' or (brand_id is null and (not (select scope_names_no_brand()) or (select scope_user()) is not null))',
  write_rule => tenant_write_rule('brand_id')
);
call protect('batches', tenant_rule('brand_id', 'user_id'), write_rule => tenant_write_rule('brand_id', 'user_id', false));
call protect('photo_sets', tenant_rule('brand_id', 'user_id'), write_rule => tenant_write_rule('brand_id', 'user_id'));
-- Nobody deletes a job: credits, reviews and every count hang on it.
call protect('tryon_jobs', job_rule(), '*', 'select, insert, update', job_write_rule());
call protect('tryon_garments', job_part_rule(), write_rule => job_part_write_rule());
call protect('job_attempts', job_part_rule(), write_rule => job_part_write_rule());
call protect('job_outputs', job_part_rule(), write_rule => job_part_write_rule());
-- A review counts for the brand of its job, whatever the row says: so it must say the same. A demo visitor reviews what they
-- see, in their own name.
call protect(
  'reviews', job_part_rule(),
  write_rule => '(reviewer_id = (select scope_user()) or not (select scope_is_demo()))'
  || ' and exists (select from tryon_jobs j where j.id = job_id and j.brand_id = reviews.brand_id)'
);
call protect('shoppers', tenant_rule('brand_id', 'user_id'), write_rule => tenant_write_rule('brand_id', 'user_id'));

-- A user is seen by themselves, by those who see a brand that they are a shopper or a member of, and by the whole team.
call protect(
  'users',
  '(select scope_sees_all()) or id = (select scope_user())'
  || ' or exists (select from shoppers s where s.user_id = users.id)'
  || ' or exists (select from brand_members m where m.user_id = users.id)',
  'id, role, is_demo, created_at',
  write_rule => '(select scope_sees_all()) or id = (select scope_user())'
);
-- Nobody's role changes after the account is made: row-level security cannot compare old with new, a grant can.
revoke update on users from closetai_app;
grant update (email, display_name, device_id, telegram_user_id, email_verified_at, disabled_at, last_login_at)
on users to closetai_app;

-- The outcome of a job's reviews: the adjudicated one, else the majority of the reviewers' latest; a tie has none.
create view job_verdicts with (security_invoker = true) as
with latest_first as (
  select
    r.job_id, r.approved, r.is_adjudication, r.drawn,
    row_number() over (
      partition by r.job_id, r.is_adjudication, case when not r.is_adjudication then r.reviewer_id end
      order by r.created_at desc, r.id desc
    ) as place
  from reviews r
),
outcomes as (
  select
    l.job_id,
    bool_or(l.approved) filter (where l.is_adjudication and l.place = 1) as adjudicated,
    sum(case when l.approved then 1 else -1 end) filter (where not l.is_adjudication and l.place = 1) as balance,
    bool_or(l.drawn = 'random') as drawn_at_random
  from latest_first l
  group by l.job_id
)
select
  j.id as job_id,
  j.brand_id,
  j.origin,
  j.category,
  j.device,
  j.engine,
  j.confidence,
  j.finished_at,
  coalesce(o.adjudicated, o.balance > 0) as approved,
  o.drawn_at_random
from outcomes o
inner join tryon_jobs j on o.job_id = j.id
where j.status = 'completed' and (o.adjudicated is not null or o.balance <> 0);

create view photo_set_progress with (security_invoker = true) as
select
  s.id as photo_set_id,
  s.brand_id,
  s.user_id,
  s.photo_count,
  count(j.id) filter (where j.status = 'completed') as completed_count,
  count(j.id) filter (where j.status = 'failed') as failed_count,
  case
    when count(j.id) filter (where j.status in ('queued', 'processing')) > 0 then 'processing'
    when count(j.id) filter (where j.status = 'completed') >= s.photo_count then 'completed'
    when count(j.id) > 0 then 'failed'
    else 'processing'
  end as status
from photo_sets s
left join tryon_jobs j on s.id = j.photo_set_id
group by s.id;

grant select on job_verdicts, photo_set_progress to closetai_app, closetai_reader;
