-- Rollups: what pages read instead of raw rows, and the queues from which they are kept up to date.
-- depends: 0012_saved_looks

-- Figures are kept per view: a brand, or one of two that stand for several. Over all brands a shopper counts once, so that
-- view is no sum of the others; over all demo brands shoppers are shopper-brand pairs, as over any brands short of all.
create function every_brand() returns uuid
language sql immutable parallel safe
return '00000000-0000-0000-0000-000000000000'::uuid;

create function every_demo_brand() returns uuid
language sql immutable parallel safe
return 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid;

-- The views that add up to the scope: one row's worth for the team and for demo visitors, however many brands there are.
create function scope_views() returns uuid[]
language sql stable parallel safe
return case
  when scope_sees_all() then array[every_brand()]
  when scope_sees_demo() then array[every_demo_brand()]
  else array(select scope_brands())
end;

-- Like the tenant rule; the team reads every view, a demo visitor that of the demo brands.
create function view_rule() returns text
language sql immutable
return '(select scope_sees_all()) or in_view in (select scope_brands())'
  || ' or ((select scope_sees_demo()) and in_view = every_demo_brand())';

-- Whole months and the days at the edges: together the range, in as few rows as there are.
create function range_parts(since date, until date)
returns table (grain text, first_day date, day_after date)
language sql immutable parallel safe rows 3
begin atomic
  with months as (
    select
      (date_trunc('month', since::timestamp - interval '1 day') + interval '1 month')::date as month_since,
      date_trunc('month', until::timestamp)::date as month_until
  )
  select 'month' as grain, m.month_since as first_day, m.month_until as day_after
  from months m
  where m.month_since < m.month_until
  union all
  select 'day' as grain, since as first_day, m.month_since as day_after
  from months m
  where m.month_since < m.month_until and since < m.month_since
  union all
  select 'day' as grain, m.month_until as first_day, until as day_after
  from months m
  where m.month_since < m.month_until and m.month_until < until
  union all
  select 'day' as grain, since as first_day, until as day_after
  from months m
  where m.month_since >= m.month_until and since < until;
end;

-- Which cells add up to a filter: the total is kept beside them, so that the usual question reads one row a day.
create function cell_categories(category text, device text) returns text[]
language sql immutable parallel safe
return case
  when category <> 'all' then array[category]
  when device = 'all' then array['all']
  else array_append(enum_range(null::garment_category)::text[], 'unknown')
end;

create function cell_devices(category text, device text) returns text[]
language sql immutable parallel safe
return case
  when device <> 'all' then array[device]
  when category = 'all' then array['all']
  else array_append(enum_range(null::device_type)::text[], 'unknown')
end;

-- The same for a table with a row or a column per category or device: never the total.
create function each_category(category text) returns text[]
language sql immutable parallel safe
return case
  when category <> 'all' then array[category]
  else array_append(enum_range(null::garment_category)::text[], 'unknown')
end;

create function each_device(device text) returns text[]
language sql immutable parallel safe
return case
  when device <> 'all' then array[device]
  else array_append(enum_range(null::device_type)::text[], 'unknown')
end;

create function each_origin(origin text) returns job_origin[]
language sql immutable parallel safe
return case
  when origin = 'all' then enum_range(null::job_origin) else array[origin::job_origin]
end;

create function months_between(a date, b date) returns integer
language sql immutable parallel safe
return (12 * (extract(year from b) - extract(year from a)) + extract(month from b) - extract(month from a))::integer;

create function added(a integer[], b integer[]) returns integer[]
language sql immutable parallel safe
return array(select coalesce(t.x, 0) + coalesce(t.y, 0) from unnest(a, b) as t (x, y));

-- Times in buckets that are 5 % wide: 0 is up to 50 ms, b from 50 × 1.05^(b − 1) ms on.
create function time_bucket(ms double precision) returns smallint
language sql immutable parallel safe
return case when ms < 50 then 0 else least(1 + floor(ln(ms / 50) / ln(1.05)), 400) end::smallint;

-- The middle of a bucket in ms: at most 2.5 % off.
create function bucket_ms(bucket integer) returns double precision
language sql immutable parallel safe
return case when bucket = 0 then 25 else 50 * power(1.05, bucket - 0.5) end;

-- p50, p95 and p99 of a histogram whose buckets are in order; none where it is empty.
create function bucket_percentiles(buckets smallint[], counts integer[]) returns double precision[]
language plpgsql immutable parallel safe as $$
declare
  total bigint := 0;
  so_far bigint := 0;
  place integer := 0;
  found double precision[] := '{}';
  share double precision;
  n integer;
begin
  foreach n in array counts loop
    total := total + n;
  end loop;
  if total > 0 then
    foreach share in array array[0.5, 0.95, 0.99] loop
      while so_far < share * total loop
        place := place + 1;
        so_far := so_far + counts[place];
      end loop;
      found := found || bucket_ms(buckets[place]);
    end loop;
  end if;
  return found;
end
$$;

-- Jobs by day or month. launched: created then; completed, failed, canceled: reached then. Category and device are 'all' in
-- the total, 'unknown' where the job does not say. Sums are whole numbers, so that what is added and taken away leaves
-- nothing: confidence in thousandths and its square in millionths, cost in hundredths of a cent.
create table rollup_cells (
  in_view uuid not null,
  category text collate "C" not null,
  device text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  origin job_origin not null,
  launched integer not null,
  completed integer not null,
  failed integer not null,
  canceled integer not null,
  rated integer not null,
  confidence_sum bigint not null,
  confidence_square_sum bigint not null,
  cost_sum bigint not null,
  primary key (in_view, category, device, grain, starts_on, origin)
);

create table rollup_engines (
  in_view uuid not null,
  engine text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  origin job_origin not null,
  launched integer not null,
  completed integer not null,
  failed integer not null,
  canceled integer not null,
  rated integer not null,
  confidence_sum bigint not null,
  cost_sum bigint not null,
  primary key (in_view, engine, grain, starts_on, origin)
);

create table rollup_failures (
  in_view uuid not null,
  engine text collate "C" not null,
  failure_code text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  origin job_origin not null,
  jobs integer not null,
  primary key (in_view, engine, failure_code, grain, starts_on, origin)
);

-- Launched jobs by the hour of their day (UTC), from midnight on.
create table rollup_hours (
  in_view uuid not null,
  starts_on date not null,
  origin job_origin not null,
  by_hour integer[] not null,
  primary key (in_view, starts_on, origin)
);

-- Completed jobs by model confidence, in fifty equal bins from 0 to 1.
create table rollup_confidence (
  in_view uuid not null,
  grain text collate "C" not null,
  starts_on date not null,
  origin job_origin not null,
  by_bin integer[] not null,
  primary key (in_view, grain, starts_on, origin)
);

-- Queue and processing times of completed jobs, on the day they completed; engine 'all' is the total, with its p50, p95 and
-- p99 (from the buckets).
create table rollup_speed (
  in_view uuid not null,
  engine text collate "C" not null,
  phase text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  origin job_origin not null,
  buckets smallint[] not null,
  counts integer[] not null,
  p50_ms double precision,
  p95_ms double precision,
  p99_ms double precision,
  primary key (in_view, engine, phase, grain, starts_on, origin)
);

-- Verdicts of random draws, by tenths of model confidence (bin −1: without one). Squares in millionths.
create table rollup_verdicts (
  in_view uuid not null,
  category text collate "C" not null,
  device text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  origin job_origin not null,
  bin smallint not null,
  verdicts integer not null,
  approved integer not null,
  confidence_sum bigint not null,
  error_square_sum bigint not null,
  primary key (in_view, category, device, grain, starts_on, origin, bin)
);

-- Rejected random draws by the reasons that their reviewers gave.
create table rollup_reasons (
  in_view uuid not null,
  reason text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  origin job_origin not null,
  jobs integer not null,
  primary key (in_view, reason, grain, starts_on, origin)
);

-- A shopper's active day remembers the active day before (−infinity: none). In any range, a shopper's first day is the one
-- whose previous day lies before it: summing those counts every shopper once.
-- From the day's first launch: completed, saved, purchased, each at or after the one before and within 7 days.
create table rollup_launches (
  in_view uuid not null,
  day date not null,
  previous_day date not null,
  launched integer not null,
  completed integer not null,
  saved integer not null,
  purchased integer not null,
  primary key (in_view, day, previous_day)
);

-- The same over days with a completed job; converted: an attributed purchase within 7 days of the day's first one.
create table rollup_completions (
  in_view uuid not null,
  day date not null,
  previous_day date not null,
  shoppers integer not null,
  converted integer not null,
  primary key (in_view, day, previous_day)
);

-- Distinct shoppers with a launched job.
create table rollup_active (
  in_view uuid not null,
  day date not null,
  shoppers integer not null,
  primary key (in_view, day)
);

-- Retention. Every shopper is in one cohort (the day, week or month of the first launch); in period number, counted from it,
-- they launched a job, and before that last in previous_number (−1: never). By day only as far as the first 31 days need.
-- split none, category, device or channel: of the first job; only months are split.
create table rollup_cohorts (
  in_view uuid not null,
  grain text collate "C" not null,
  split text collate "C" not null,
  part text collate "C" not null,
  cohort date not null,
  number smallint not null,
  previous_number smallint not null,
  shoppers integer not null,
  primary key (in_view, grain, split, part, cohort, number, previous_number)
);

-- D1, D7 and D30 by cohort day.
create table rollup_returns (
  in_view uuid not null,
  split text collate "C" not null,
  part text collate "C" not null,
  cohort date not null,
  shoppers integer not null,
  day_1 integer not null,
  day_7 integer not null,
  day_30 integer not null,
  primary key (in_view, split, part, cohort)
);

-- Purchases by day or month and model of attribution, less their returns whenever made.
create table rollup_revenue (
  in_view uuid not null,
  model text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  attributed_usd numeric not null,
  tryon_usd numeric not null,
  recommendation_usd numeric not null,
  share_usd numeric not null,
  unattributed_usd numeric not null,
  tryon_count integer not null,
  recommendation_count integer not null,
  share_count integer not null,
  unattributed_count integer not null,
  purchase_count integer not null,
  primary key (in_view, model, grain, starts_on)
);

-- Attributed revenue, and what of it is gross margin, in the number-th calendar month after the cohort's.
create table rollup_value (
  in_view uuid not null,
  cohort date not null,
  number smallint not null,
  revenue_usd numeric not null,
  margin_usd numeric not null,
  purchases integer not null,
  primary key (in_view, cohort, number)
);

create table rollup_spend (
  in_view uuid not null,
  channel text collate "C" not null,
  grain text collate "C" not null,
  starts_on date not null,
  spend_usd numeric not null,
  primary key (in_view, grain, starts_on, channel)
);

-- What the rollups hold of each shopper, purchase and verdict: taken away again when it changes. Nobody's to read.
create table shopper_days (
  user_id uuid not null,
  in_view uuid not null,
  day date not null,
  -- A shopper of one brand counts in the view of all brands with these rows; one of several has rows of their own there.
  in_all boolean not null,
  in_demo boolean not null,
  first_day date not null,
  first_category text collate "C" not null,
  first_device text collate "C" not null,
  channel text collate "C" not null,
  previous_launch date,
  furthest smallint,
  previous_completion date,
  converted boolean,
  primary key (user_id, in_view, day)
);

create table purchase_facts (
  purchase_id uuid not null,
  user_id uuid not null,
  brand_id uuid not null,
  in_demo boolean not null,
  day date not null,
  net_usd numeric not null,
  margin_usd numeric not null,
  first_source touch_source,
  last_source touch_source,
  tryon_touches integer not null,
  recommendation_touches integer not null,
  share_touches integer not null,
  -- While two shoppers are being made one, a purchase may be both one's and the other's for a moment.
  primary key (user_id, purchase_id)
);

create table verdict_facts (
  job_id uuid primary key,
  brand_id uuid,
  in_demo boolean not null,
  origin job_origin not null,
  category text collate "C" not null,
  device text collate "C" not null,
  day date not null,
  confidence numeric(4, 3),
  approved boolean not null,
  reasons text[] not null
);

call protect('rollup_cells', view_rule(), '*', 'select');
call protect('rollup_engines', view_rule(), '*', 'select');
call protect('rollup_failures', view_rule(), '*', 'select');
call protect('rollup_hours', view_rule(), '*', 'select');
call protect('rollup_confidence', view_rule(), '*', 'select');
call protect('rollup_speed', view_rule(), '*', 'select');
call protect('rollup_verdicts', view_rule(), '*', 'select');
call protect('rollup_reasons', view_rule(), '*', 'select');
call protect('rollup_launches', view_rule(), '*', 'select');
call protect('rollup_completions', view_rule(), '*', 'select');
call protect('rollup_active', view_rule(), '*', 'select');
call protect('rollup_cohorts', view_rule(), '*', 'select');
call protect('rollup_returns', view_rule(), '*', 'select');
call protect('rollup_revenue', view_rule(), '*', 'select');
call protect('rollup_value', view_rule(), '*', 'select');
call protect('rollup_spend', view_rule(), '*', 'select');

-- Changes that the rollups have not seen yet. A trigger appends, one folder takes away: what is not committed yet is not
-- there, and what is comes exactly once.
create table job_changes (
  id bigint generated always as identity primary key,
  sign smallint not null,
  brand_id uuid,
  origin job_origin not null,
  category garment_category,
  device device_type,
  engine text collate "C" not null,
  status job_status not null,
  confidence numeric(4, 3),
  engine_cost_usd numeric(10, 4),
  failure_code text,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  queued_at timestamptz not null default now()
);

create table shopper_changes (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  queued_at timestamptz not null default now()
);

create table verdict_changes (
  id bigint generated always as identity primary key,
  job_id uuid not null,
  queued_at timestamptz not null default now()
);

create table spend_changes (
  id bigint generated always as identity primary key,
  brand_id uuid not null,
  channel text collate "C" not null,
  day date not null,
  usd numeric not null,
  queued_at timestamptz not null default now()
);

-- One row. is_stale: something changed that only a rebuild brings in.
create table rollup_state (
  singleton boolean primary key default true check (singleton),
  is_stale boolean not null default false,
  folded_at timestamptz,
  rebuilt_at timestamptz,
  checked_at timestamptz,
  -- What the last check found, a sentence each; empty: nothing.
  differences text[] not null default '{}'
);
-- A database that was in use before has everything to be counted first.
insert into rollup_state (is_stale)
select count(*) > 0 as is_stale from brands;

-- The owner's alone: row-level security without a policy lets nobody else in.
alter table shopper_days enable row level security;
alter table purchase_facts enable row level security;
alter table verdict_facts enable row level security;
alter table job_changes enable row level security;
alter table shopper_changes enable row level security;
alter table verdict_changes enable row level security;
alter table spend_changes enable row level security;
alter table rollup_state enable row level security;

-- Since when something waits to be folded in, null when nothing does. It tells of no brand.
create function rollups_waiting_since() returns timestamptz
language sql stable security definer set search_path = public, pg_temp
return least(
  (select min(c.queued_at) from job_changes c),
  (select min(c.queued_at) from shopper_changes c),
  (select min(c.queued_at) from verdict_changes c),
  (select min(c.queued_at) from spend_changes c)
);
revoke execute on function rollups_waiting_since from public;
grant execute on function rollups_waiting_since to closetai_app, closetai_reader;

create function queue_job_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    with changed as (
      select o.id
      from old_rows o
      join new_rows n on n.id = o.id
      where (
        o.brand_id, o.origin, o.category, o.device, o.engine, o.confidence, o.engine_cost_usd, o.failure_code, o.created_at,
        o.finished_at
      ) is distinct from (
        n.brand_id, n.origin, n.category, n.device, n.engine, n.confidence, n.engine_cost_usd, n.failure_code, n.created_at,
        n.finished_at
      )
    )
    insert into job_changes (
      sign, brand_id, origin, category, device, engine, status, confidence, engine_cost_usd, failure_code, created_at,
      started_at, finished_at
    )
    select
      j.sign, j.brand_id, j.origin, j.category, j.device, j.engine, j.status, j.confidence, j.engine_cost_usd,
      j.failure_code, j.created_at, j.started_at, j.finished_at
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
      sign, brand_id, origin, category, device, engine, status, confidence, engine_cost_usd, failure_code, created_at,
      started_at, finished_at
    )
    select
      1, j.brand_id, j.origin, j.category, j.device, j.engine, j.status, j.confidence, j.engine_cost_usd,
      j.failure_code, j.created_at, j.started_at, j.finished_at
    from new_rows j;
    insert into shopper_changes (user_id)
    select distinct j.user_id from new_rows j where j.user_id is not null and j.origin = 'shopper';
  else
    insert into job_changes (
      sign, brand_id, origin, category, device, engine, status, confidence, engine_cost_usd, failure_code, created_at,
      started_at, finished_at
    )
    select
      -1, j.brand_id, j.origin, j.category, j.device, j.engine, j.status, j.confidence, j.engine_cost_usd,
      j.failure_code, j.created_at, j.started_at, j.finished_at
    from old_rows j;
    insert into shopper_changes (user_id)
    select distinct j.user_id from old_rows j where j.user_id is not null and j.origin = 'shopper';
    insert into verdict_changes (job_id) select j.id from old_rows j;
  end if;
  return null;
end
$$;

-- A shopper's rows lead to their own figures: whose they are, and were.
create function queue_shopper_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    insert into shopper_changes (user_id)
    select r.user_id from old_rows r where r.user_id is not null
    union
    select r.user_id from new_rows r where r.user_id is not null;
  elsif tg_op = 'INSERT' then
    insert into shopper_changes (user_id) select distinct r.user_id from new_rows r where r.user_id is not null;
  else
    insert into shopper_changes (user_id) select distinct r.user_id from old_rows r where r.user_id is not null;
  end if;
  return null;
end
$$;

-- Of a wardrobe only saved looks count.
create function queue_look_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    insert into shopper_changes (user_id)
    select r.user_id
    from (select * from old_rows union all select * from new_rows) as r
    where r.kind = 'look' and r.user_id is not null
    group by r.user_id;
  elsif tg_op = 'INSERT' then
    insert into shopper_changes (user_id)
    select distinct r.user_id from new_rows r where r.kind = 'look' and r.user_id is not null;
  else
    insert into shopper_changes (user_id)
    select distinct r.user_id from old_rows r where r.kind = 'look' and r.user_id is not null;
  end if;
  return null;
end
$$;

create function queue_return_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    insert into shopper_changes (user_id)
    select distinct p.user_id from new_rows r join purchases p on p.id = r.purchase_id;
  end if;
  if tg_op <> 'INSERT' then
    insert into shopper_changes (user_id)
    select distinct p.user_id from old_rows r join purchases p on p.id = r.purchase_id;
  end if;
  return null;
end
$$;

create function queue_review_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    insert into verdict_changes (job_id) select distinct r.job_id from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    insert into verdict_changes (job_id) select distinct r.job_id from old_rows r;
  end if;
  return null;
end
$$;

create function queue_spend_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    insert into spend_changes (brand_id, channel, day, usd)
    select r.brand_id, r.channel, r.day, round(r.amount * r.usd_rate, 2) from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    insert into spend_changes (brand_id, channel, day, usd)
    select r.brand_id, r.channel, r.day, -round(r.amount * r.usd_rate, 2) from old_rows r;
  end if;
  return null;
end
$$;

-- A brand's margin is in what its purchases left; whether it is a demo brand, in everything of it.
create function queue_brand_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into shopper_changes (user_id)
  select distinct p.user_id from purchases p where p.brand_id = new.id and new.gross_margin <> old.gross_margin;
  update rollup_state set is_stale = true where new.is_demo <> old.is_demo and not is_stale;
  return null;
end
$$;
create trigger brands_queue_changes after update on brands
for each row when (old.gross_margin <> new.gross_margin or old.is_demo <> new.is_demo) execute function queue_brand_changes();

revoke execute on function queue_job_changes, queue_shopper_changes, queue_look_changes, queue_return_changes,
queue_review_changes, queue_spend_changes, queue_brand_changes from public;

-- A statement with transition tables has one trigger an event.
do $$
declare
  followed record;
begin
  for followed in
    select * from (values
      ('tryon_jobs', 'queue_job_changes'), ('shoppers', 'queue_shopper_changes'), ('touches', 'queue_shopper_changes'),
      ('purchases', 'queue_shopper_changes'), ('wardrobe_items', 'queue_look_changes'),
      ('purchase_returns', 'queue_return_changes'), ('reviews', 'queue_review_changes'),
      ('acquisition_spend', 'queue_spend_changes')
    ) as f (relation, action)
  loop
    execute format(
      'create trigger %1$s_queue_inserts after insert on %1$I referencing new table as new_rows'
      ' for each statement execute function %2$I()', followed.relation, followed.action
    );
    execute format(
      'create trigger %1$s_queue_updates after update on %1$I referencing old table as old_rows new table as new_rows'
      ' for each statement execute function %2$I()', followed.relation, followed.action
    );
    execute format(
      'create trigger %1$s_queue_deletes after delete on %1$I referencing old table as old_rows'
      ' for each statement execute function %2$I()', followed.relation, followed.action
    );
  end loop;
end
$$;
