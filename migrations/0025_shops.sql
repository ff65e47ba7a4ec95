-- What shops' own systems tell and are told: returns once, touches by time, webhooks and what was sent to them.
-- depends: 0024_catalog

-- The shop's own number, so that a return that is sent twice is kept once.
alter table purchase_returns add column return_id text check (length(return_id) between 1 and 200);
create unique index purchase_returns_once_key on purchase_returns (brand_id, return_id);
-- When a brand's touches came last.
create index touches_brand_time_idx on touches (brand_id, touched_at);

-- The order's own number goes with the tombstone; this one leads back just as well. Named to run before that trigger.
create function forget_return_ids() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update purchase_returns r set return_id = null from purchases p where p.id = r.purchase_id and p.user_id = old.id;
  return old;
end
$$;
revoke execute on function forget_return_ids from public;
create trigger users_forget_return_ids before delete on users
for each row when (old.role <> 'tombstone') execute function forget_return_ids();

-- Addresses that are called when something has happened. What a call is signed with is not kept: it is derived from the
-- installation's secret, the row's id and the version.
create table webhooks (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands on delete cascade,
  url text not null check (length(url) between 1 and 2000),
  events text[] not null check (cardinality(events) > 0),
  key_version smallint not null default 1,
  created_at timestamptz not null default now(),
  -- The first of the failures that no success has followed yet.
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  check ((disabled_at is null) = (disabled_reason is null))
);
create index webhooks_brand_id_idx on webhooks (brand_id);

-- One call to make: its body, and its id, stay the same however often it is tried. It goes with the person whom it names.
create table webhook_deliveries (
  id uuid primary key default uuid_v7(),
  webhook_id uuid not null references webhooks on delete cascade,
  brand_id uuid not null references brands on delete cascade,
  user_id uuid references users on delete cascade,
  job_id uuid references tryon_jobs on delete cascade,
  event text not null,
  body text not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  attempt_count smallint not null default 0,
  created_at timestamptz not null default now(),
  -- When it is tried next; while it is being tried, when it would be taken up again if that never ended.
  due_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((status = 'pending') = (finished_at is null))
);
create index webhook_deliveries_due_idx on webhook_deliveries (due_at) where status = 'pending';
create index webhook_deliveries_webhook_idx on webhook_deliveries (webhook_id, created_at);
create index webhook_deliveries_brand_idx on webhook_deliveries (brand_id, created_at);
create index webhook_deliveries_user_idx on webhook_deliveries (user_id) where user_id is not null;
create index webhook_deliveries_job_idx on webhook_deliveries (job_id) where job_id is not null;
create index webhook_deliveries_finished_idx on webhook_deliveries (finished_at) where finished_at is not null;

create table webhook_attempts (
  delivery_id uuid not null references webhook_deliveries on delete cascade,
  number smallint not null,
  attempted_at timestamptz not null default now(),
  duration_ms integer not null check (duration_ms >= 0),
  status_code smallint,
  -- One sentence; none when it arrived.
  error text,
  primary key (delivery_id, number)
);

-- In the transaction that ends the job: what is announced has happened, and what has happened is announced.
create function announce_job() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into webhook_deliveries (webhook_id, brand_id, user_id, job_id, event, body)
  select
    w.id, w.brand_id, new.user_id, new.id, 'tryon.' || new.status,
    jsonb_build_object(
      'type', 'tryon.' || new.status,
      'timestamp', to_char(new.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'data', jsonb_build_object(
        'id', new.id,
        'userId', new.user_id,
        'status', new.status,
        'failureCode', new.failure_code
      )
    )::text
  from webhooks w
  where w.brand_id = new.brand_id and w.disabled_at is null and 'tryon.' || new.status = any (w.events);
  return null;
end
$$;
revoke execute on function announce_job from public;
create trigger tryon_jobs_announce after update of status on tryon_jobs
for each row when (
  new.brand_id is not null
  and old.status in ('queued', 'processing') and new.status in ('completed', 'failed', 'canceled')
)
execute function announce_job();

call protect('webhooks', tenant_rule('brand_id'), '', write_rule => tenant_write_rule('brand_id'));
call protect('webhook_deliveries', tenant_rule('brand_id'), '', write_rule => tenant_write_rule('brand_id'));
call protect(
  'webhook_attempts', 'exists (select from webhook_deliveries d where d.id = delivery_id)', '', 'select, insert, delete',
  '(select scope_sees_all())'
);
