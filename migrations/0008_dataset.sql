-- The anonymised dataset that is licensed, by month, and what is published of it.
-- depends: 0007_analytics

create table dataset_sessions (
  session_hash bytea not null,
  brand_id uuid not null references brands,
  category garment_category not null,
  device device_type,
  confidence numeric(4, 3) check (confidence between 0 and 1),
  session_hour timestamptz not null check (session_hour = date_trunc('hour', session_hour, 'UTC')),
  duration_ms integer check (duration_ms >= 0),
  succeeded boolean not null,
  primary key (session_hash, session_hour)
) partition by range (session_hour);
create index dataset_sessions_brand_idx on dataset_sessions (brand_id, category, session_hour);

-- A row whose month has no partition yet is kept here, not lost.
create table dataset_sessions_other partition of dataset_sessions default;

-- Makes the partition of a UTC month. The worker calls it ahead of time; twice is a no-op.
create function ensure_dataset_partition(month date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  lower_bound date := date_trunc('month', month)::date;
  partition_name text := 'dataset_sessions_' || to_char(lower_bound, 'YYYY_MM');
  first_hour text := lower_bound || ' 00:00:00+00';
  next_hour text := (lower_bound + interval '1 month')::date || ' 00:00:00+00';
begin
  perform pg_advisory_xact_lock(hashtext(partition_name));
  if to_regclass(partition_name) is null then
    -- Filled before it is attached: the default partition may not hold rows of a month that has one.
    execute format('create table %I (like dataset_sessions including constraints)', partition_name);
    execute format(
      'with moved as ('
      '  delete from dataset_sessions_other where session_hour >= %2$L and session_hour < %3$L returning *'
      ') insert into %1$I select * from moved',
      partition_name, first_hour, next_hour
    );
    execute format(
      'alter table dataset_sessions attach partition %I for values from (%L) to (%L)',
      partition_name, first_hour, next_hour
    );
  end if;
end
$$;
revoke execute on function ensure_dataset_partition from public;
grant execute on function ensure_dataset_partition to closetai_app;

-- Counted when sessions are anonymised: afterwards nobody can tell how many shoppers they came from.
create table dataset_aggregates (
  brand_id uuid not null references brands,
  category garment_category not null,
  month date not null check (extract(day from month) = 1),
  session_count bigint not null,
  succeeded_count bigint not null,
  shopper_count bigint not null,
  confidence_sum numeric not null,
  duration_ms_sum bigint not null,
  primary key (brand_id, category, month)
);

call protect(
  'dataset_sessions', tenant_rule('brand_id'), '*', 'select, insert, delete', tenant_write_rule('brand_id')
);
call protect('dataset_aggregates', tenant_rule('brand_id'), write_rule => tenant_write_rule('brand_id'));

-- What may leave the house: cells of at least 20 distinct shoppers.
create view published_dataset with (security_invoker = true) as
select
  a.brand_id, a.category, a.month, a.session_count, a.succeeded_count, a.shopper_count,
  a.confidence_sum / nullif(a.succeeded_count, 0) as model_confidence,
  a.duration_ms_sum::numeric / nullif(a.session_count, 0) as mean_duration_ms
from dataset_aggregates a
where a.shopper_count >= 20;
grant select on published_dataset to closetai_app, closetai_reader;
