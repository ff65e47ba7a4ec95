CREATE SCHEMA public;

CREATE TYPE public.billing_interval AS ENUM (
    'day',
    'week',
    'month',
    'quarter',
    'year'
);

CREATE TYPE public.churn_reason AS ENUM (
    'voluntary',
    'delinquent'
);

CREATE TYPE public.device_type AS ENUM (
    'ios',
    'android',
    'desktop',
    'tablet',
    'other'
);

CREATE TYPE public.garment_category AS ENUM (
    'tops',
    'bottoms',
    'dresses',
    'jackets',
    'bags',
    'scarves',
    'hats',
    'belts',
    'sneakers',
    'heels',
    'boots',
    'jewelry'
);

CREATE TYPE public.job_mode AS ENUM (
    'tryon',
    'from_prompt',
    'photo_text',
    'product_shot',
    'photo_set'
);

CREATE TYPE public.job_origin AS ENUM (
    'shopper',
    'studio',
    'demo'
);

CREATE TYPE public.job_status AS ENUM (
    'queued',
    'processing',
    'completed',
    'failed',
    'canceled'
);

CREATE TYPE public.movement_kind AS ENUM (
    'new',
    'reactivation',
    'expansion',
    'contraction',
    'churn'
);

CREATE TYPE public.mrr_policy AS ENUM (
    'strict',
    'stripe'
);

CREATE TYPE public.subscription_status AS ENUM (
    'trialing',
    'active',
    'past_due',
    'incomplete',
    'paused',
    'unpaid',
    'canceled'
);

CREATE TYPE public.touch_source AS ENUM (
    'tryon',
    'recommendation',
    'share'
);

CREATE TYPE public.user_role AS ENUM (
    'shopper',
    'admin',
    'analyst',
    'brand_manager',
    'demo_viewer',
    'tombstone'
);

CREATE FUNCTION public.added(a integer[], b integer[]) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT (COALESCE(t.x, 0) + COALESCE(t.y, 0)) FROM UNNEST(added.a, added.b) t(x, y));

CREATE FUNCTION public.announce_job() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.apply_ledger_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if new.amount <> 0 then
    update credit_lots set remaining = remaining + new.amount where id = new.lot_id;
    update credit_accounts set balance = balance + new.amount where id = new.account_id;
  end if;
  return null;
end
$$;

CREATE FUNCTION public.bucket_ms(bucket integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (bucket = 0) THEN (25)::numeric ELSE ((50)::numeric * power(1.05, ((bucket)::numeric - 0.5))) END;

CREATE FUNCTION public.bucket_percentiles(buckets smallint[], counts integer[]) RETURNS double precision[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
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

CREATE FUNCTION public.cell_categories(category text, device text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (category <> 'all'::text) THEN ARRAY[category] WHEN (device = 'all'::text) THEN ARRAY['all'::text] ELSE array_append((enum_range(NULL::public.garment_category))::text[], 'unknown'::text) END;

CREATE FUNCTION public.cell_devices(category text, device text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (device <> 'all'::text) THEN ARRAY[device] WHEN (category = 'all'::text) THEN ARRAY['all'::text] ELSE array_append((enum_range(NULL::public.device_type))::text[], 'unknown'::text) END;

CREATE FUNCTION public.check_credit_scope(owner_user uuid, owner_brand uuid) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if session_user = current_user and current_setting('role') = 'none' then
    return;
  end if;
  if (
    scope_sees_all()
    or owner_user = scope_user()
    or owner_brand in (select scope_written_brands())
  ) is not true then
    raise exception 'This credit account is not yours.' using errcode = 'insufficient_privilege';
  end if;
end
$$;

CREATE FUNCTION public.check_job_transition() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.scope_sees_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (COALESCE(current_setting('closetai.brands'::text, true), ''::text) = 'all'::text);

CREATE FUNCTION public.counted_within(brand_id uuid) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN public.scope_sees_all() THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE brand_id END;

CREATE FUNCTION public.derive_movements(brand_ids uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  delete from mrr_movements m where m.brand_id = any (brand_ids);
  insert into mrr_movements (brand_id, policy, day, kind, amount, mrr_before, mrr_after, reason)
  with daily as (
    select
      s.brand_id, s.policy, (s.effective_at at time zone 'UTC')::date as day, sum(s.delta) as delta,
      (array_agg(
        coalesce(s.reason, case when s.status in ('past_due', 'unpaid') then 'delinquent' else 'voluntary' end::churn_reason)
        order by s.effective_at desc, s.history_id desc
      ) filter (where s.delta < 0))[1] as reason
    from mrr_steps s
    where s.brand_id = any (brand_ids)
    group by s.brand_id, s.policy, (s.effective_at at time zone 'UTC')::date
    having sum(s.delta) <> 0
  ),
  levels as (
    select d.*, sum(d.delta) over (partition by d.brand_id, d.policy order by d.day) as mrr_after
    from daily d
  ),
  known as (
    select
      l.*,
      l.mrr_after - l.delta as mrr_before,
      coalesce(
        bool_or(l.mrr_after > 0) over (
          partition by l.brand_id, l.policy order by l.day rows between unbounded preceding and 1 preceding
        ),
        false
      ) as paid_before
    from levels l
  )
  select
    k.brand_id, k.policy, k.day,
    (case
      when k.mrr_before = 0 and not k.paid_before then 'new'
      when k.mrr_before = 0 then 'reactivation'
      when k.mrr_after = 0 then 'churn'
      when k.delta > 0 then 'expansion'
      else 'contraction'
    end)::movement_kind,
    abs(k.delta), k.mrr_before, k.mrr_after,
    case when k.mrr_after = 0 then k.reason end
  from known k;
end
$$;

CREATE FUNCTION public.range_parts(since date, until date) RETURNS TABLE(grain text, first_day date, day_after date)
    LANGUAGE sql IMMUTABLE ROWS 3 PARALLEL SAFE
    BEGIN ATOMIC
 WITH months AS (
          SELECT ((date_trunc('month'::text, ((range_parts.since)::timestamp without time zone - '1 day'::interval)) + '1 mon'::interval))::date AS month_since,
             (date_trunc('month'::text, (range_parts.until)::timestamp without time zone))::date AS month_until
         )
  SELECT 'month'::text AS grain,
     m.month_since AS first_day,
     m.month_until AS day_after
    FROM months m
   WHERE (m.month_since < m.month_until)
 UNION ALL
  SELECT 'day'::text AS grain,
     range_parts.since AS first_day,
     m.month_since AS day_after
    FROM months m
   WHERE ((m.month_since < m.month_until) AND (range_parts.since < m.month_since))
 UNION ALL
  SELECT 'day'::text AS grain,
     m.month_until AS first_day,
     range_parts.until AS day_after
    FROM months m
   WHERE ((m.month_since < m.month_until) AND (m.month_until < range_parts.until))
 UNION ALL
  SELECT 'day'::text AS grain,
     range_parts.since AS first_day,
     range_parts.until AS day_after
    FROM months m
   WHERE ((m.month_since >= m.month_until) AND (range_parts.since < range_parts.until));
END;

CREATE FUNCTION public.distinct_parts(since date, until date) RETURNS TABLE(grain text, first_day date, day_after date, previous_from date, previous_until date, sign integer)
    LANGUAGE sql IMMUTABLE ROWS 5 PARALLEL SAFE
    BEGIN ATOMIC
 WITH nearest AS (
          SELECT distinct_parts.since AS first_day,
             (date_trunc('month'::text, ((distinct_parts.since)::timestamp without time zone + '15 days'::interval)))::date AS month_since,
                 CASE
                     WHEN ((EXTRACT(day FROM distinct_parts.until) > (16)::numeric) AND ((date_trunc('month'::text, (distinct_parts.until)::timestamp without time zone))::date >= distinct_parts.since)) THEN ((date_trunc('month'::text, (distinct_parts.until)::timestamp without time zone) + '1 mon'::interval))::date
                     ELSE distinct_parts.until
                 END AS month_until
         ), parts AS (
          SELECT p.grain,
             p.first_day,
             p.day_after,
             n.month_since,
             n.first_day AS since
            FROM (nearest n
              CROSS JOIN LATERAL public.range_parts(distinct_parts.since, n.month_until) p(grain, first_day, day_after))
         )
  SELECT p.grain,
     p.first_day,
     p.day_after,
     '-infinity'::date AS previous_from,
         CASE p.grain
             WHEN 'month'::text THEN '0001-01-01'::date
             ELSE p.since
         END AS previous_until,
     1 AS sign
    FROM parts p
 UNION ALL
  SELECT p.grain,
     p.first_day,
     p.day_after,
     ((p.month_since - '1 mon'::interval))::date AS previous_from,
     p.month_since AS previous_until,
     1 AS sign
    FROM parts p
   WHERE (p.grain = 'month'::text)
 UNION ALL
  SELECT 'day'::text AS grain,
     p.first_day,
     p.day_after,
     LEAST(p.month_since, p.since) AS previous_from,
     GREATEST(p.month_since, p.since) AS previous_until,
         CASE
             WHEN (p.since < p.month_since) THEN '-1'::integer
             ELSE 1
         END AS sign
    FROM parts p
   WHERE ((p.grain = 'month'::text) AND (p.month_since <> p.since))
 UNION ALL
  SELECT 'day'::text AS grain,
     distinct_parts.until AS first_day,
     n.month_until AS day_after,
     '-infinity'::date AS previous_from,
     distinct_parts.since AS previous_until,
     '-1'::integer AS sign
    FROM nearest n
   WHERE (distinct_parts.until < n.month_until);
END;

CREATE FUNCTION public.distinct_days(since date, until date, as_of date) RETURNS TABLE(is_over boolean, grain text, day date, previous_from date, previous_until date, sign integer)
    LANGUAGE sql IMMUTABLE ROWS 30 PARALLEL SAFE
    BEGIN ATOMIC
 WITH asked AS (
          SELECT distinct_days.since AS first_day,
             distinct_days.until AS day_after,
             (distinct_days.as_of - 7) AS over_until
         ), parts AS (
          SELECT true AS is_over,
             p_1.grain,
             p_1.first_day,
             p_1.day_after,
             p_1.previous_from,
             p_1.previous_until,
             p_1.sign
            FROM (asked a
              CROSS JOIN LATERAL public.distinct_parts(a.first_day, LEAST(a.day_after, a.over_until)) p_1(grain, first_day, day_after, previous_from, previous_until, sign))
         UNION ALL
          SELECT false AS is_over,
             'day'::text AS grain,
             GREATEST(a.first_day, a.over_until) AS first_day,
             a.day_after,
             '-infinity'::date AS previous_from,
             a.first_day AS previous_until,
             1 AS sign
            FROM asked a
         )
  SELECT p.is_over,
     p.grain,
     (generate_series((p.first_day)::timestamp without time zone, ((p.day_after)::timestamp without time zone - '1 day'::interval), (('1 '::text || p.grain))::interval))::date AS day,
     p.previous_from,
     p.previous_until,
     p.sign
    FROM parts p;
END;

CREATE FUNCTION public.each_category(category text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (category <> 'all'::text) THEN ARRAY[category] ELSE array_append((enum_range(NULL::public.garment_category))::text[], 'unknown'::text) END;

CREATE FUNCTION public.each_device(device text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (device <> 'all'::text) THEN ARRAY[device] ELSE array_append((enum_range(NULL::public.device_type))::text[], 'unknown'::text) END;

CREATE FUNCTION public.each_origin(origin text) RETURNS public.job_origin[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (origin = 'all'::text) THEN enum_range(NULL::public.job_origin) ELSE ARRAY[(origin)::public.job_origin] END;

CREATE FUNCTION public.end_job_credits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  account uuid;
begin
  select l.account_id into account from credit_ledger l where l.job_id = new.id and l.kind = 'reserve' limit 1;
  if not found then
    return null;
  end if;
  -- A reset may be closing the lot at this moment: wait for it, then look.
  perform from credit_accounts a where a.id = account for no key update;
  insert into credit_ledger (account_id, lot_id, job_id, kind, amount)
  select
    r.account_id, r.lot_id, r.job_id,
    case when new.status = 'completed' then 'settle' else 'release' end,
    case when new.status = 'completed' or lot.closed_at is not null then 0 else -r.amount end
  from credit_ledger r
  join credit_lots lot on lot.id = r.lot_id
  where r.job_id = new.id and r.kind = 'reserve';
  return null;
end
$$;

CREATE FUNCTION public.end_open_attempt() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  update job_attempts
  set ended_at = coalesce(ended_at, clock_timestamp()), outcome = coalesce(outcome, new.status::text), reference = null
  where job_id = new.id and (ended_at is null or reference is not null);
  return null;
end
$$;

CREATE FUNCTION public.ensure_credit_account(owner_user uuid, owner_brand uuid) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  account uuid;
  lot uuid;
begin
  insert into credit_accounts (user_id, brand_id, free_per_month)
  values (owner_user, owner_brand, case when owner_user is null then 0 else 25 end)
  on conflict do nothing
  returning id into account;
  if account is not null then
    insert into credit_lots (account_id, kind) values (account, 'free') returning id into lot;
    insert into credit_ledger (account_id, lot_id, kind, amount)
    select account, lot, 'grant', a.free_per_month from credit_accounts a where a.id = account;
  end if;
  select a.id into strict account
  from credit_accounts a
  where a.user_id = owner_user or a.brand_id = owner_brand
  for no key update;
  return account;
end
$$;

CREATE FUNCTION public.ensure_dataset_partition(month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
$_$;

CREATE FUNCTION public.every_brand() RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '00000000-0000-0000-0000-000000000000'::uuid;

CREATE FUNCTION public.every_demo_brand() RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid;

CREATE FUNCTION public.every_product() RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid;

CREATE FUNCTION public.follow_subscription() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  touched uuid[] := array_remove(
    array[case when tg_op <> 'INSERT' then old.brand_id end, case when tg_op <> 'DELETE' then new.brand_id end], null
  );
begin
  -- Locked first and in one order, so that two writers of one brand take turns and sum what the other has committed.
  perform from brands b where b.id = any (touched) order by b.id for no key update;

  if tg_op <> 'INSERT' and (tg_op = 'DELETE' or new.brand_id <> old.brand_id) then
    insert into subscription_history
      (subscription_id, brand_id, effective_at, change, status, mrr, plan_id, quantity, cancel_at_period_end, reason)
    select
      old.id, old.brand_id, case when tg_op = 'DELETE' then now() else new.changed_at end,
      case when tg_op = 'DELETE' then 'deleted' else 'moved_out' end,
      'canceled', 0, old.plan_id, old.quantity, false, 'voluntary'
    from brands b
    where b.id = old.brand_id;
  end if;

  if tg_op <> 'DELETE' then
    insert into subscription_history
      (subscription_id, brand_id, effective_at, change, status, mrr, plan_id, quantity, cancel_at_period_end, reason)
    values (
      new.id, new.brand_id, new.changed_at,
      case when tg_op = 'INSERT' then 'created' when new.brand_id <> old.brand_id then 'moved_in' else 'updated' end,
      new.status, new.mrr, new.plan_id, new.quantity, new.cancel_at_period_end, new.cancel_reason
    );
  end if;

  update brands b
  set mrr = coalesce((select sum(s.mrr) from subscriptions s where s.brand_id = b.id and mrr_counts(s.status, 'strict')), 0)
  where b.id = any (touched);
  return null;
end
$$;

CREATE FUNCTION public.forget_first_jobs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.forget_return_ids() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  update purchase_returns r set return_id = null from purchases p where p.id = r.purchase_id and p.user_id = old.id;
  return old;
end
$$;

CREATE FUNCTION public.uuid_v7() RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    RETURN (encode(set_bit(set_bit((SUBSTRING(int8send(((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint) FROM 3) || SUBSTRING(uuid_send(gen_random_uuid()) FROM 7)), (52)::bigint, 1), (53)::bigint, 1), 'hex'::text))::uuid;

CREATE TABLE public.tryon_jobs (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid,
    user_id uuid,
    origin public.job_origin NOT NULL,
    mode public.job_mode DEFAULT 'tryon'::public.job_mode NOT NULL,
    status public.job_status DEFAULT 'queued'::public.job_status NOT NULL,
    category public.garment_category,
    device public.device_type,
    engine text NOT NULL,
    engine_version text,
    priority smallint DEFAULT 0 NOT NULL,
    batch_id uuid,
    photo_set_id uuid,
    product_id uuid,
    persona_id uuid,
    selfie_object_id uuid,
    prompt text,
    prompt_used text,
    parameters jsonb,
    idempotency_key text,
    credits smallint DEFAULT 1 NOT NULL,
    confidence numeric(4,3),
    signals jsonb,
    engine_cost_usd numeric(10,4),
    failure_code text,
    failure_message text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    confidence_bin smallint GENERATED ALWAYS AS (
CASE
    WHEN (confidence IS NOT NULL) THEN (LEAST(floor((confidence * (50)::numeric)), (49)::numeric))::smallint
    ELSE NULL::smallint
END) STORED,
    CONSTRAINT tryon_jobs_check CHECK (((finished_at IS NOT NULL) = (status = ANY (ARRAY['completed'::public.job_status, 'failed'::public.job_status, 'canceled'::public.job_status])))),
    CONSTRAINT tryon_jobs_check1 CHECK (((status <> 'queued'::public.job_status) OR (started_at IS NULL))),
    CONSTRAINT tryon_jobs_check2 CHECK (((status <> ALL (ARRAY['processing'::public.job_status, 'completed'::public.job_status, 'failed'::public.job_status])) OR (started_at IS NOT NULL))),
    CONSTRAINT tryon_jobs_check3 CHECK (((started_at >= created_at) AND (finished_at >= COALESCE(started_at, created_at)))),
    CONSTRAINT tryon_jobs_check4 CHECK (((status <> 'failed'::public.job_status) OR (failure_code IS NOT NULL))),
    CONSTRAINT tryon_jobs_check6 CHECK (((origin <> 'shopper'::public.job_origin) OR (mode <> 'tryon'::public.job_mode) OR (category IS NOT NULL))),
    CONSTRAINT tryon_jobs_confidence_check CHECK (((confidence >= (0)::numeric) AND (confidence <= (1)::numeric))),
    CONSTRAINT tryon_jobs_credits_check CHECK ((credits >= 0)),
    CONSTRAINT tryon_jobs_engine_cost_usd_check CHECK ((engine_cost_usd >= (0)::numeric))
);

CREATE FUNCTION public.job_is_asked_for(job public.tryon_jobs, origin text, category text, device text, engine text, status text, failure text, weekday_number integer, hour_number integer, bin_number integer, shopper text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (((origin = 'all'::text) OR ((job).origin = (NULLIF(origin, 'all'::text))::public.job_origin)) AND ((category = 'all'::text) OR (COALESCE(((job).category)::text, 'none'::text) = category)) AND ((device = 'all'::text) OR (COALESCE(((job).device)::text, 'none'::text) = device)) AND ((engine = 'all'::text) OR ((job).engine = engine)) AND ((status = 'all'::text) OR ((job).status = (NULLIF(status, 'all'::text))::public.job_status)) AND ((failure = 'all'::text) OR ((job).failure_code = failure)) AND ((weekday_number = 0) OR (EXTRACT(isodow FROM ((job).created_at AT TIME ZONE 'UTC'::text)) = (weekday_number)::numeric)) AND ((hour_number = '-1'::integer) OR (EXTRACT(hour FROM ((job).created_at AT TIME ZONE 'UTC'::text)) = (hour_number)::numeric)) AND ((bin_number = '-1'::integer) OR ((job).confidence_bin = bin_number)) AND ((shopper = 'all'::text) OR ((job).user_id = (NULLIF(shopper, 'all'::text))::uuid)));

CREATE FUNCTION public.job_part_rule() RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN 'exists (select from tryon_jobs j where j.id = job_id)'::text;

CREATE FUNCTION public.job_part_write_rule() RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ('exists (select from tryon_jobs j where j.id = job_id'::text || ' and (j.user_id = (select scope_user()) or not (select scope_is_demo())))'::text);

CREATE FUNCTION public.job_rule() RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ('(select scope_sees_all()) or user_id = (select scope_user())'::text || ' or (origin <> ''demo'' and brand_id in (select scope_brands()))'::text);

CREATE FUNCTION public.job_write_rule() RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (('(select scope_sees_all()) or (origin <> ''demo'' and brand_id in (select scope_written_brands()))'::text || ' or (user_id = (select scope_user())'::text) || ' and (brand_id is null or brand_id in (select scope_brands()) or (select scope_names_no_brand())))'::text);

CREATE FUNCTION public.leave_tombstone() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  tombstone uuid := gen_random_uuid();
begin
  if old.role = 'tombstone' then
    return old;
  end if;

  if exists (select from tryon_jobs where user_id = old.id)
    or exists (select from shoppers where user_id = old.id)
    or exists (select from touches where user_id = old.id)
    or exists (select from purchases where user_id = old.id)
    or exists (select from nps_responses where user_id = old.id)
    or exists (select from reviews where reviewer_id = old.id) then
    -- Random id, no name, and a creation day instead of a time: nothing leads from here to the person.
    insert into users (id, role, anon_id, is_demo, created_at)
    values (tombstone, 'tombstone', 'deleted_' || tombstone, old.is_demo, date_trunc('day', old.created_at, 'UTC'));

    -- A job that still waits has lost its picture.
    update tryon_jobs set status = 'canceled'
    where user_id = old.id and status in ('queued', 'processing');

    -- Pictures of the person, and what was typed, go; that a job took place, stays. The person's own objects follow their
    -- row; these may be the brand's.
    delete from stored_objects o
    using tryon_jobs j
    left join job_outputs x on x.job_id = j.id
    where j.user_id = old.id and o.id in (x.object_id, j.selfie_object_id);
    update tryon_garments g
    set item_id = null, object_id = null
    from tryon_jobs j
    where j.id = g.job_id and j.user_id = old.id;
    update job_attempts a
    set error_message = null
    from tryon_jobs j
    where j.id = a.job_id and j.user_id = old.id;
    update tryon_jobs
    set user_id = tombstone, selfie_object_id = null, persona_id = null, photo_set_id = null, prompt = null,
        prompt_used = null, parameters = null, signals = null, idempotency_key = null, failure_message = null
    where user_id = old.id;
    update shoppers set user_id = tombstone where user_id = old.id;
    update touches set user_id = tombstone where user_id = old.id;
    -- The shop knows whose order it was: the number would lead back.
    update purchases set user_id = tombstone, order_id = 'deleted_' || gen_random_uuid() where user_id = old.id;
    update nps_responses set user_id = tombstone, comment = null where user_id = old.id;
    update reviews set reviewer_id = tombstone, note = null where reviewer_id = old.id;
  end if;

  -- The same for what may be a brand's among the pictures of personas and conversations.
  delete from stored_objects o
  using personas p
  left join persona_pictures x on x.persona_id = p.id
  where p.user_id = old.id and o.id in (x.object_id, p.thumbnail_object_id);
  delete from stored_objects o
  using advisor_messages m
  join advisor_conversations c on c.id = m.conversation_id
  where c.user_id = old.id and o.id = m.object_id;

  -- The log keeps that something was done, not by whom or to whom. Others may have written the person's id or address.
  update audit_log set user_id = null, object_id = null, detail = '{}'
  where user_id = old.id
    or object_id in (old.id::text, old.email)
    or position(old.id::text in detail::text) > 0
    or position(lower(old.email) in lower(detail::text)) > 0;
  -- Books are kept by law; the provider's number would lead back to the person.
  update payments set user_id = null, provider_payment_id = null where user_id = old.id;
  return old;
end
$$;

CREATE FUNCTION public.merge_users(gone uuid, kept uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
  reference record;
  old_account credit_accounts;
  new_account uuid;
  free credit_lots;
begin
  if (scope_sees_all()) is not true then
    raise exception 'Only the system makes two accounts one.' using errcode = 'insufficient_privilege';
  end if;
  if gone = kept then
    return;
  end if;
  -- In the order of their ids: two of these that cross would wait for each other.
  perform from users where id in (gone, kept) order by id for update;
  if (select count(*) from users where id in (gone, kept) and role = 'shopper') <> 2 then
    raise exception 'Only two shoppers can be one person.' using errcode = 'check_violation';
  end if;

  -- The first job of both fixes the cohort.
  insert into shoppers (brand_id, user_id, first_job_at, first_category, first_device, channel, opted_out_at)
  select s.brand_id, kept, s.first_job_at, s.first_category, s.first_device, s.channel, s.opted_out_at
  from shoppers s
  where s.user_id = gone
  on conflict (brand_id, user_id) do update set
    first_job_at = least(excluded.first_job_at, shoppers.first_job_at),
    first_category = case
      when excluded.first_job_at < shoppers.first_job_at then excluded.first_category else shoppers.first_category
    end,
    first_device = case
      when excluded.first_job_at < shoppers.first_job_at then excluded.first_device else shoppers.first_device
    end,
    channel = coalesce(shoppers.channel, excluded.channel),
    opted_out_at = coalesce(shoppers.opted_out_at, excluded.opted_out_at);
  delete from shoppers where user_id = gone;

  new_account := ensure_credit_account(kept, null);
  select * into old_account from credit_accounts where user_id = gone for no key update;
  if found then
    select * into free from credit_lots
    where account_id = old_account.id and kind = 'free' and closed_at is null for no key update;
    if found then
      insert into credit_ledger (account_id, lot_id, kind, amount)
      values (old_account.id, free.id, 'expire', -free.remaining);
      update credit_lots set closed_at = now() where id = free.id;
    end if;
    update credit_lots set account_id = new_account where account_id = old_account.id;
    update credit_ledger set account_id = new_account where account_id = old_account.id;
    update credit_accounts a
    set balance = a.balance + o.balance, pro_until = greatest(a.pro_until, o.pro_until)
    from credit_accounts o
    where a.id = new_account and o.id = old_account.id;
    delete from credit_accounts where id = old_account.id;
  end if;

  update tryon_jobs j set idempotency_key = null
  where j.user_id = gone and j.idempotency_key is not null and exists (
    select from tryon_jobs k
    where k.user_id = kept and k.brand_id is not distinct from j.brand_id and k.idempotency_key = j.idempotency_key
  );

  -- How somebody signed in goes with the account; everything else that names a user, now and in tables to come, moves.
  for reference in
    select c.conrelid::regclass as relation, a.attname as named
    from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.confrelid = 'users'::regclass and c.conparentid = 0
      and c.conrelid not in (
        'shoppers'::regclass, 'credit_accounts'::regclass, 'user_passwords'::regclass, 'sessions'::regclass,
        'verification_tokens'::regclass
      )
  loop
    execute format('update %s set %I = $1 where %I = $2', reference.relation, reference.named, reference.named)
    using kept, gone;
  end loop;

  with old as (
    update users u set device_id = null, telegram_user_id = null
    from users o
    where u.id = gone and o.id = gone
    returning o.device_id, o.telegram_user_id
  )
  select device_id, telegram_user_id into reference from old;
  update users
  set device_id = coalesce(device_id, reference.device_id),
      telegram_user_id = coalesce(telegram_user_id, reference.telegram_user_id)
  where id = kept;
  delete from users where id = gone;
end
$_$;

CREATE FUNCTION public.months_between(a date, b date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((((12)::numeric * (EXTRACT(year FROM b) - EXTRACT(year FROM a))) + EXTRACT(month FROM b)) - EXTRACT(month FROM a)))::integer;

CREATE FUNCTION public.mrr_counts(status public.subscription_status, policy public.mrr_policy) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((status = 'active'::public.subscription_status) OR ((policy = 'stripe'::public.mrr_policy) AND (status = 'past_due'::public.subscription_status)));

CREATE FUNCTION public.nearest_parts(since date, until date) RETURNS TABLE(grain text, first_day date, day_after date, sign integer)
    LANGUAGE sql IMMUTABLE ROWS 3 PARALLEL SAFE
    BEGIN ATOMIC
 WITH nearest AS (
          SELECT nearest_parts.since AS first_day,
             nearest_parts.until AS day_after,
             (date_trunc('month'::text, ((nearest_parts.since)::timestamp without time zone + '15 days'::interval)))::date AS month_since,
             (date_trunc('month'::text, ((nearest_parts.until)::timestamp without time zone + '15 days'::interval)))::date AS month_until
         ), months AS (
          SELECT n.month_since,
                 CASE
                     WHEN ((abs((n.first_day - n.month_since)) + abs((n.day_after - n.month_until))) < (n.day_after - n.first_day)) THEN n.month_until
                     ELSE n.month_since
                 END AS month_until
            FROM nearest n
         )
  SELECT 'month'::text AS grain,
     m.month_since AS first_day,
     m.month_until AS day_after,
     1 AS sign
    FROM months m
   WHERE (m.month_since < m.month_until)
 UNION ALL
  SELECT 'day'::text AS grain,
     LEAST(nearest_parts.since, m.month_since) AS first_day,
     GREATEST(nearest_parts.since, m.month_since) AS day_after,
         CASE
             WHEN (nearest_parts.since < m.month_since) THEN 1
             ELSE '-1'::integer
         END AS sign
    FROM months m
   WHERE ((m.month_since < m.month_until) AND (nearest_parts.since <> m.month_since))
 UNION ALL
  SELECT 'day'::text AS grain,
     LEAST(nearest_parts.until, m.month_until) AS first_day,
     GREATEST(nearest_parts.until, m.month_until) AS day_after,
         CASE
             WHEN (m.month_until < nearest_parts.until) THEN 1
             ELSE '-1'::integer
         END AS sign
    FROM months m
   WHERE ((m.month_since < m.month_until) AND (nearest_parts.until <> m.month_until))
 UNION ALL
  SELECT 'day'::text AS grain,
     nearest_parts.since AS first_day,
     nearest_parts.until AS day_after,
     1 AS sign
    FROM months m
   WHERE ((m.month_since >= m.month_until) AND (nearest_parts.since < nearest_parts.until));
END;

CREATE FUNCTION public.next_job(only_engines text[], but_engines text[]) RETURNS TABLE(id uuid, engine text)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
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

CREATE FUNCTION public.no_product() RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '00000000-0000-0000-0000-000000000000'::uuid;

CREATE FUNCTION public.note_finished_job() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  perform note_reviewable(new.id);
  return null;
end
$$;

CREATE FUNCTION public.note_output() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if tg_op = 'INSERT' then
    perform note_reviewable(new.job_id);
  elsif not exists (select from job_outputs o where o.job_id = old.job_id) then
    delete from reviewable_jobs q where q.job_id = old.job_id;
    delete from job_pairs p where p.one_job_id = old.job_id or p.other_job_id = old.job_id;
  end if;
  return null;
end
$$;

CREATE FUNCTION public.note_review_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if tg_op <> 'DELETE' then
    perform note_reviews(array(select distinct r.job_id from new_rows r where not r.is_practice));
  end if;
  if tg_op <> 'INSERT' then
    perform note_reviews(array(select distinct r.job_id from old_rows r where not r.is_practice));
  end if;
  return null;
end
$$;

CREATE FUNCTION public.note_reviewable(job uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  made reviewable_jobs;
begin
  insert into reviewable_jobs (
    job_id, brand_id, visitor_id, engine, completed_at, uncertainty, inputs_key, is_reviewed, is_disputed
  )
  select
    j.id, j.brand_id, case when j.origin = 'demo' then j.user_id end, concat_ws(' ', j.engine, j.engine_version), j.finished_at,
    1 - abs(2 * coalesce(j.confidence, 0.5) - 1),
    md5(jsonb_build_array(
      j.brand_id, j.mode, j.category, j.persona_id, j.selfie_object_id, j.product_id, j.prompt,
      (
        select jsonb_agg(jsonb_build_array(g.item_id, g.product_id, g.object_id, g.category) order by g.position)
        from tryon_garments g
        where g.job_id = j.id
      ),
      -- Of jobs of which nothing is known any more, none is like another.
      case when num_nonnulls(j.persona_id, j.selfie_object_id, j.product_id, j.prompt) = 0 then j.id end
    )::text)::uuid,
    found.job_id is not null, coalesce(found.is_disputed, false)
  from tryon_jobs j
  left join lateral review_states(array[j.id]) as found on true
  where j.id = job and j.status = 'completed' and j.brand_id is not null and (j.origin <> 'demo' or j.user_id is not null)
    and exists (select from job_outputs o where o.job_id = j.id)
  on conflict do nothing
  returning * into made;
  if made.job_id is null or made.visitor_id is not null then
    return;
  end if;
  -- With the latest of each other engine: the same person in the same garment a hundred times is not a hundred pairs.
  insert into job_pairs (brand_id, one_job_id, other_job_id, one_engine, other_engine)
  select
    made.brand_id, least_first.one_job, least_first.other_job, least_first.one_engine, least_first.other_engine
  from (
    select distinct on (q.engine collate "C") q.job_id, q.engine
    from reviewable_jobs q
    where q.inputs_key = made.inputs_key and q.engine <> made.engine and q.visitor_id is null
    order by q.engine collate "C", q.completed_at desc, q.job_id desc
  ) as partner
  cross join lateral (
    select
      case when made.engine collate "C" < partner.engine then made.job_id else partner.job_id end as one_job,
      case when made.engine collate "C" < partner.engine then partner.job_id else made.job_id end as other_job,
      least(made.engine collate "C", partner.engine) as one_engine,
      greatest(made.engine collate "C", partner.engine) as other_engine
  ) as least_first;
end
$$;

CREATE FUNCTION public.note_reviews(jobs uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  update reviewable_jobs q
  set is_reviewed = s.job_id is not null, is_disputed = coalesce(s.is_disputed, false)
  from unnest(jobs) as c (job_id)
  left join review_states(jobs) as s on s.job_id = c.job_id
  where q.job_id = c.job_id
    and (q.is_reviewed, q.is_disputed) is distinct from (s.job_id is not null, coalesce(s.is_disputed, false));
  delete from review_tallies t where t.job_id = any(jobs);
  insert into review_tallies (
    job_id, brand_id, reviewer_ids, reviewer_count, approved_count, first_approved, reviewed_at
  )
  select
    s.job_id, j.brand_id, s.reviewer_ids, s.reviewer_count, s.approved_count, s.first_approved, s.reviewed_at
  from review_states(jobs) as s
  inner join tryon_jobs j on j.id = s.job_id
  where s.reviewer_count > 1 and j.origin <> 'demo' and j.brand_id is not null;
end
$$;

CREATE FUNCTION public.note_shoppers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.open_credit_account(owner_user uuid, owner_brand uuid) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  perform check_credit_scope(owner_user, owner_brand);
  return ensure_credit_account(owner_user, owner_brand);
end
$$;

CREATE FUNCTION public.open_shopper_account() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  perform ensure_credit_account(new.id, null);
  return null;
end
$$;

CREATE FUNCTION public.product_words(name text, sku text, tags text[], custom_fields jsonb) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('simple'::regconfig, regexp_replace(concat_ws(' '::text, name, sku, array_to_string(tags, ' '::text), (custom_fields)::text), '[^[:alnum:]]+'::text, ' '::text, 'g'::text));

CREATE FUNCTION public.product_words(name text, sku text, tags text[], custom_fields jsonb, category public.garment_category) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (public.product_words(name, sku, tags, custom_fields) || array_to_tsvector((ARRAY[('='::text || COALESCE((category)::text, 'none'::text))] || ARRAY(SELECT ('#'::text || md5(t.tag)) FROM unnest(product_words.tags) t(tag)))));

CREATE FUNCTION public.products_found(said text, of_category text, with_tag text, with_field text, with_value text, is_offered text, before_at timestamp with time zone, before_id uuid, count integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 25
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
  -- As many rows are looked at one by one in less time than an index of words takes.
  newest constant integer := 1000;
  wanted tsquery := words_wanted(said);
  brands uuid[];
  hits uuid[];
  is_whole boolean;
  place text := '(p.created_at, p.id) < ($1, $2)';
  looks text[] := '{}';
begin
  if wanted is null and said <> '' then
    return; -- no letter and no digit in it
  end if;
  if (scope_sees_all()) is not true then
    brands := array(select b from scope_brands() as s (b));
    if cardinality(brands) = 0 then
      return;
    end if;
    place := place || case
      when cardinality(brands) = 1 then ' and p.brand_id = $3[1]' else ' and p.brand_id = any ($3)'
    end;
  end if;
  if of_category = 'none' then
    looks := looks || 'p.category is null'::text;
  elsif of_category <> 'all' then
    looks := looks || 'p.category = $5::garment_category'::text;
  end if;
  if of_category <> 'all' then
    wanted := wanted && format('%L', '=' || of_category)::tsquery;
  end if;
  if with_tag <> 'all' then
    looks := looks || 'p.tags @> array[$6]'::text;
    wanted := wanted && format('%L', '#' || md5(with_tag))::tsquery;
  end if;
  if with_field <> 'all' then
    looks := looks || 'p.custom_fields ? $7'::text;
    if with_value <> '' then
      looks := looks || 'p.custom_fields ->> $7 = $8'::text;
    end if;
  end if;
  if is_offered <> 'all' then
    looks := looks || case when is_offered = 'yes' then 'p.is_active' else 'not p.is_active' end;
  end if;

  -- No index has the order of several brands.
  if wanted is not null and (brands is null or cardinality(brands) = 1) then
    execute
      'with newest as materialized (select p.* from products p where ' || place
      || ' order by p.created_at desc, p.id desc limit $10)'
      || ' select (select count(*) from newest) < $10, array(select p.id from newest p where '
      || array_to_string(looks || 'p.words @@ $4'::text, ' and ')
      || ' order by p.created_at desc, p.id desc limit $9)'
    into is_whole, hits
    using before_at, before_id, brands, wanted, of_category, with_tag, with_field, with_value, count, newest;
    if is_whole or cardinality(hits) = count then
      return query select unnest(hits);
      return;
    end if;
  end if;

  if wanted is not null then
    -- Few are looked at one by one; with many there are some among the newer ones.
    hits := array(select h from products_with_words(wanted, brands, 2001) as w (h));
    looks := looks || case when cardinality(hits) <= 2000 then 'p.id = any ($10)' else 'p.words @@ $4' end;
  end if;
  return query execute
    'select p.id from products p where ' || array_to_string(place || looks, ' and ')
    || ' order by p.created_at desc, p.id desc limit $9'
  using before_at, before_id, brands, wanted, of_category, with_tag, with_field, with_value, count, hits;
end
$_$;

CREATE FUNCTION public.products_with_words(wanted tsquery, of_brands uuid[], count integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_indexscan TO 'off'
    AS $$
select p.id from products p
where p.words @@ wanted and (of_brands is null or p.brand_id = any (of_brands))
limit count
$$;

CREATE PROCEDURE public.protect(IN relation regclass, IN rule text, IN reader_columns text DEFAULT '*'::text, IN app_rights text DEFAULT 'select, insert, update, delete'::text, IN write_rule text DEFAULT NULL::text)
    LANGUAGE plpgsql
    AS $$
begin
  execute format('alter table %s enable row level security', relation);
  if write_rule is null then
    execute format(
      'create policy tenant on %s to closetai_app, closetai_reader using (%s) with check (%s)', relation, rule, rule
    );
  else
    execute format('create policy tenant on %s for select to closetai_app, closetai_reader using (%s)', relation, rule);
    execute format('create policy tenant_insert on %s for insert to closetai_app with check (%s)', relation, write_rule);
    execute format(
      'create policy tenant_update on %s for update to closetai_app using (%s) with check (%s)',
      relation, write_rule, write_rule
    );
    execute format('create policy tenant_delete on %s for delete to closetai_app using (%s)', relation, write_rule);
  end if;
  execute format('grant %s on %s to closetai_app', app_rights, relation);
  if reader_columns = '*' then
    execute format('grant select on %s to closetai_reader', relation);
  elsif reader_columns <> '' then
    execute format('grant select (%s) on %s to closetai_reader', reader_columns, relation);
  end if;
end
$$;

CREATE FUNCTION public.purchase_credits(owner_user uuid, owner_brand uuid, payment uuid, credits integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  account uuid := open_credit_account(owner_user, owner_brand);
  lot uuid;
begin
  if payment is not null and not exists (
    select from payments p where p.id = payment and (p.user_id = owner_user or p.brand_id = owner_brand)
  ) then
    raise exception 'This payment is not the account''s.' using errcode = 'insufficient_privilege';
  end if;
  if payment is not null and exists (select from credit_lots l where l.payment_id = payment) then
    return;
  end if;
  insert into credit_lots (account_id, kind, payment_id) values (account, 'purchase', payment) returning id into lot;
  insert into credit_ledger (account_id, lot_id, kind, amount) values (account, lot, 'purchase', credits);
end
$$;

CREATE FUNCTION public.queue_agreement_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if tg_op <> 'DELETE' then
    insert into agreement_changes (sign, brand_id, reviewer_ids, approved_count, first_approved, reviewed_at)
    select 1, t.brand_id, t.reviewer_ids, t.approved_count, t.first_approved, t.reviewed_at from new_rows t;
  end if;
  if tg_op <> 'INSERT' then
    insert into agreement_changes (sign, brand_id, reviewer_ids, approved_count, first_approved, reviewed_at)
    select -1, t.brand_id, t.reviewer_ids, t.approved_count, t.first_approved, t.reviewed_at from old_rows t;
  end if;
  return null;
end
$$;

CREATE FUNCTION public.queue_answer_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if tg_op <> 'DELETE' then
    insert into answer_changes (sign, brand_id, score, answered_at)
    select 1, r.brand_id, r.score, r.answered_at from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    insert into answer_changes (sign, brand_id, score, answered_at)
    select -1, r.brand_id, r.score, r.answered_at from old_rows r;
  end if;
  return null;
end
$$;

CREATE FUNCTION public.queue_brand_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into shopper_changes (user_id)
  select distinct p.user_id from purchases p where p.brand_id = new.id and new.gross_margin <> old.gross_margin;
  update rollup_state set is_stale = true where new.is_demo <> old.is_demo and not is_stale;
  return null;
end
$$;

CREATE FUNCTION public.queue_job_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.queue_look_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.queue_pace() RETURNS TABLE(engine text, attempt_ms double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
select r.engine, avg(extract(epoch from r.ended_at - r.started_at) * 1000)
from (
  select a.engine, a.started_at, a.ended_at, row_number() over (partition by a.engine order by a.started_at desc) as place
  from job_attempts a
  where a.started_at > now() - interval '1 hour' and a.outcome in ('completed', 'failed')
) r
where r.place <= 50
group by r.engine
$$;

CREATE FUNCTION public.queue_places() RETURNS TABLE(job_id uuid, ahead_count integer, left_ms double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.queue_return_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.queue_review_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.queue_shopper_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.queue_spend_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  if tg_op <> 'DELETE' then
    insert into spend_changes (brand_id, day, usd)
    select r.brand_id, r.day, round(r.amount * r.usd_rate, 2) from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    insert into spend_changes (brand_id, day, usd)
    select r.brand_id, r.day, -round(r.amount * r.usd_rate, 2) from old_rows r;
  end if;
  return null;
end
$$;

CREATE FUNCTION public.rederive_movements() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  touched uuid[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct n.brand_id) into touched from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct o.brand_id) into touched from old_rows o;
  else
    select array_agg(distinct r.brand_id) into touched
    from (select brand_id from new_rows union select brand_id from old_rows) as r;
  end if;
  if touched is null then
    return null;
  end if;
  -- Two writers of one brand take turns; otherwise each would derive without the other's rows, and the last would win.
  perform from brands b where b.id = any (touched) order by b.id for no key update;
  -- Brands that are being deleted right now take their movements with them.
  select array_agg(b.id) into touched from brands b where b.id = any (touched);
  perform derive_movements(coalesce(touched, '{}'));
  return null;
end
$$;

CREATE FUNCTION public.refund_credits(payment uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  wallet credit_accounts;
  lot credit_lots;
begin
  -- The account first, as everywhere: two that lock in different orders would wait for each other.
  select a.* into wallet from credit_accounts a join credit_lots l on l.account_id = a.id
  where l.payment_id = payment
  for no key update of a;
  if not found then
    return 0;
  end if;
  perform check_credit_scope(wallet.user_id, wallet.brand_id);
  select l.* into lot from credit_lots l where l.payment_id = payment and l.closed_at is null;
  if not found then
    return 0;
  end if;
  insert into credit_ledger (account_id, lot_id, kind, amount) values (lot.account_id, lot.id, 'refund', -lot.remaining);
  update credit_lots set closed_at = now() where id = lot.id;
  return lot.remaining;
end
$$;

CREATE FUNCTION public.renew_free_credits(account uuid, today date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  due credit_accounts;
  old_lot credit_lots;
  lot uuid;
begin
  select * into due from credit_accounts a where a.id = account for no key update;
  if due.resets_on > today then
    return;
  end if;
  select * into old_lot from credit_lots l
  where l.account_id = account and l.kind = 'free' and l.closed_at is null for no key update;
  if found then
    insert into credit_ledger (account_id, lot_id, kind, amount) values (account, old_lot.id, 'expire', -old_lot.remaining);
    update credit_lots set closed_at = now() where id = old_lot.id;
  end if;
  insert into credit_lots (account_id, kind) values (account, 'free') returning id into lot;
  insert into credit_ledger (account_id, lot_id, kind, amount) values (account, lot, 'grant', due.free_per_month);
  update credit_accounts
  set resets_on = (date_trunc('month', greatest(today, resets_on)::timestamp) + interval '1 month')::date
  where id = account;
end
$$;

CREATE FUNCTION public.request_object_deletion() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into object_deletions (key) values (old.key)
  on conflict (key) do update set requested_at = excluded.requested_at;
  return old;
end
$$;

CREATE FUNCTION public.reserve_job_credits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  account uuid;
  wallet credit_accounts;
  lot credit_lots;
  missing integer := new.credits;
  part integer;
begin
  account := case
    when new.origin = 'studio' or new.user_id is null then ensure_credit_account(null, new.brand_id)
    else ensure_credit_account(new.user_id, null)
  end;
  perform renew_free_credits(account, (now() at time zone 'UTC')::date);
  select * into strict wallet from credit_accounts a where a.id = account;
  if wallet.pro_until > now() then
    return null;
  end if;
  if wallet.balance < missing then
    raise exception 'Not enough credits: this job needs %, the balance is %.', missing, wallet.balance
      using errcode = 'check_violation', constraint = 'credit_accounts_balance';
  end if;
  for lot in
    select l.* from credit_lots l
    where l.account_id = account and l.closed_at is null and l.remaining > 0
    order by l.kind = 'purchase', l.created_at, l.id
  loop
    exit when missing = 0;
    part := least(missing, lot.remaining);
    insert into credit_ledger (account_id, lot_id, job_id, kind, amount) values (account, lot.id, new.id, 'reserve', -part);
    missing := missing - part;
  end loop;
  return null;
end
$$;

CREATE FUNCTION public.reset_free_credits(account uuid, today date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  wallet credit_accounts;
begin
  select * into wallet from credit_accounts a where a.id = account;
  perform check_credit_scope(wallet.user_id, wallet.brand_id);
  perform renew_free_credits(account, today);
end
$$;

CREATE FUNCTION public.review_states(jobs uuid[]) RETURNS TABLE(job_id uuid, reviewer_ids uuid[], reviewer_count bigint, approved_count bigint, first_approved boolean, reviewed_at timestamp with time zone, is_disputed boolean)
    LANGUAGE sql STABLE
    AS $$
select
  l.job_id,
  array_agg(l.reviewer_id order by l.reviewer_id),
  count(*),
  count(*) filter (where l.approved),
  (array_agg(l.approved order by l.reviewer_id))[1],
  max(l.created_at),
  bool_or(l.approved) and not bool_and(l.approved)
    and not exists (select from reviews a where a.job_id = l.job_id and a.is_adjudication and not a.is_practice)
from (
  select distinct on (r.job_id, r.reviewer_id) r.job_id, r.reviewer_id, r.approved, r.created_at
  from reviews r
  where r.job_id = any(jobs) and not r.is_practice and not r.is_adjudication
  order by r.job_id, r.reviewer_id, r.created_at desc, r.id desc
) as l
group by l.job_id
$$;

CREATE TABLE public.rollup_state (
    singleton boolean DEFAULT true NOT NULL,
    is_stale boolean DEFAULT false NOT NULL,
    folded_at timestamp with time zone,
    rebuilt_at timestamp with time zone,
    checked_at timestamp with time zone,
    differences text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT rollup_state_singleton_check CHECK (singleton)
);

CREATE FUNCTION public.rollups_are_stale() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    RETURN (SELECT r.is_stale FROM public.rollup_state r);

CREATE TABLE public.agreement_changes (
    id bigint NOT NULL,
    sign integer NOT NULL,
    brand_id uuid NOT NULL,
    reviewer_ids uuid[] NOT NULL,
    approved_count smallint NOT NULL,
    first_approved boolean NOT NULL,
    reviewed_at timestamp with time zone NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.answer_changes (
    id bigint NOT NULL,
    sign integer NOT NULL,
    brand_id uuid NOT NULL,
    score smallint NOT NULL,
    answered_at timestamp with time zone NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.job_changes (
    id bigint NOT NULL,
    sign smallint NOT NULL,
    brand_id uuid,
    origin public.job_origin NOT NULL,
    category public.garment_category,
    device public.device_type,
    engine text NOT NULL COLLATE pg_catalog."C",
    status public.job_status NOT NULL,
    confidence numeric(4,3),
    engine_cost_usd numeric(10,4),
    failure_code text,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    product_id uuid,
    credits integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.shopper_changes (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.spend_changes (
    id bigint NOT NULL,
    brand_id uuid NOT NULL,
    day date NOT NULL,
    usd numeric NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.verdict_changes (
    id bigint NOT NULL,
    job_id uuid NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE FUNCTION public.rollups_waiting_since() RETURNS timestamp with time zone
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    RETURN LEAST((SELECT min(c.queued_at) AS min FROM public.job_changes c), (SELECT min(c.queued_at) AS min FROM public.shopper_changes c), (SELECT min(c.queued_at) AS min FROM public.verdict_changes c), (SELECT min(c.queued_at) AS min FROM public.agreement_changes c), (SELECT min(c.queued_at) AS min FROM public.spend_changes c), (SELECT min(c.queued_at) AS min FROM public.answer_changes c));

CREATE FUNCTION public.scope_is_demo() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (COALESCE(current_setting('closetai.brands'::text, true), ''::text) ~~ 'demo%'::text);

CREATE FUNCTION public.scope_listed_brands() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (COALESCE(current_setting('closetai.brands'::text, true), ''::text) = ANY (ARRAY[''::text, 'all'::text, 'demo'::text])) THEN '{}'::uuid[] ELSE (string_to_array(replace(current_setting('closetai.brands'::text, true), 'demo:'::text, ''::text), ','::text))::uuid[] END;

CREATE FUNCTION public.scope_sees_demo() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (COALESCE(current_setting('closetai.brands'::text, true), ''::text) = 'demo'::text);

CREATE TABLE public.brands (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    owner_user_id uuid,
    stripe_customer_id text,
    mrr numeric(14,2) DEFAULT 0 NOT NULL,
    gross_margin numeric(4,3) DEFAULT 0.700 NOT NULL,
    dataset_access boolean DEFAULT false NOT NULL,
    custom_model_training boolean DEFAULT false NOT NULL,
    onboarded_at timestamp with time zone,
    is_demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT brands_gross_margin_check CHECK (((gross_margin >= (0)::numeric) AND (gross_margin <= (1)::numeric))),
    CONSTRAINT brands_mrr_check CHECK ((mrr >= (0)::numeric)),
    CONSTRAINT brands_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT brands_slug_check CHECK ((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text))
);

CREATE FUNCTION public.scope_brands() RETURNS SETOF uuid
    LANGUAGE sql STABLE ROWS 100 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT listed.id
    FROM unnest(public.scope_listed_brands()) listed(id)
   WHERE (NOT public.scope_is_demo())
 UNION ALL
  SELECT b.id
    FROM public.brands b
   WHERE (public.scope_is_demo() AND b.is_demo AND (public.scope_sees_demo() OR (b.id = ANY (public.scope_listed_brands()))));
END;

CREATE FUNCTION public.scope_names_no_brand() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (COALESCE(current_setting('closetai.brands'::text, true), ''::text) = ''::text);

CREATE FUNCTION public.scope_user() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('closetai.user'::text, true), ''::text))::uuid;

CREATE FUNCTION public.scope_views() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN public.scope_sees_all() THEN ARRAY[public.every_brand()] WHEN public.scope_sees_demo() THEN ARRAY[public.every_demo_brand()] ELSE ARRAY(SELECT public.scope_brands() AS scope_brands) END;

CREATE FUNCTION public.scope_written_brands() RETURNS SETOF uuid
    LANGUAGE sql STABLE ROWS 100 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT listed.id
    FROM unnest(public.scope_listed_brands()) listed(id)
   WHERE (NOT public.scope_is_demo());
END;

CREATE FUNCTION public.set_subscription_changed_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.changed_at = old.changed_at then
    new.changed_at := now();
  end if;
  return new;
end
$$;

CREATE FUNCTION public.set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  new.updated_at := now();
  return new;
end
$$;

CREATE FUNCTION public.subscription_mrr(unit_amount numeric, quantity integer, period public.billing_interval, period_count integer, forever_percent_off numeric, forever_amount_off numeric, usd_rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN round((((GREATEST((((unit_amount * (quantity)::numeric) * ((1)::numeric - (forever_percent_off / (100)::numeric))) - forever_amount_off), (0)::numeric) * usd_rate) * CASE period WHEN 'day'::public.billing_interval THEN ((365)::numeric / 12.0) WHEN 'week'::public.billing_interval THEN ((52)::numeric / 12.0) WHEN 'month'::public.billing_interval THEN (1)::numeric WHEN 'quarter'::public.billing_interval THEN ((1)::numeric / 3.0) WHEN 'year'::public.billing_interval THEN ((1)::numeric / 12.0) ELSE NULL::numeric END) / (period_count)::numeric), 2);

CREATE FUNCTION public.tenant_rule(brand_column text, user_column text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN concat_ws(' or '::text, '(select scope_sees_all())', format('%I in (select scope_brands())'::text, brand_column), CASE WHEN (user_column IS NOT NULL) THEN format('%I = (select scope_user())'::text, user_column) ELSE NULL::text END);

CREATE FUNCTION public.tenant_write_rule(brand_column text, user_column text DEFAULT NULL::text, shopper_writes boolean DEFAULT true) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN concat_ws(' or '::text, '(select scope_sees_all())', format('%I in (select scope_written_brands())'::text, brand_column), CASE WHEN (user_column IS NOT NULL) THEN ((format('%I = (select scope_user()) and ('::text, user_column) || concat_ws(' or '::text, format('%I is null'::text, brand_column), format('%I in (select scope_brands())'::text, brand_column), CASE WHEN shopper_writes THEN '(select scope_names_no_brand())'::text ELSE NULL::text END)) || ')'::text) ELSE NULL::text END);

CREATE FUNCTION public.time_bucket(ms double precision) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (CASE WHEN (ms < (50)::double precision) THEN (0)::double precision ELSE LEAST(((1)::double precision + floor((ln((ms / (50)::double precision)) / (ln(1.05))::double precision))), (400)::double precision) END)::smallint;

CREATE FUNCTION public.verdict_rule() RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN '(select scope_sees_all()) or (origin <> ''demo'' and brand_id in (select scope_brands()))'::text;

CREATE FUNCTION public.view_rule() RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ('(select scope_sees_all()) or in_view in (select scope_brands())'::text || ' or ((select scope_sees_demo()) and in_view = every_demo_brand())'::text);

CREATE FUNCTION public.words_wanted(said text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (NULLIF((SELECT string_agg((t.word || ':*'::text), ' & '::text) AS string_agg FROM regexp_split_to_table(lower(words_wanted.said), '[^[:alnum:]]+'::text) t(word) WHERE (t.word <> ''::text)), ''::text))::tsquery;

CREATE AGGREGATE public.array_concat(anycompatiblearray) (
    SFUNC = array_cat,
    STYPE = anycompatiblearray,
    PARALLEL = safe
);

CREATE TABLE public.acquisition_spend (
    brand_id uuid NOT NULL,
    day date NOT NULL,
    channel text NOT NULL,
    amount numeric(14,2) NOT NULL,
    currency character(3) DEFAULT 'USD'::bpchar NOT NULL,
    usd_rate numeric(18,8) DEFAULT 1 NOT NULL,
    CONSTRAINT acquisition_spend_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT acquisition_spend_channel_check CHECK (((length(channel) >= 1) AND (length(channel) <= 100))),
    CONSTRAINT acquisition_spend_usd_rate_check CHECK ((usd_rate > (0)::numeric))
);

CREATE TABLE public.advisor_conversations (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    brand_id uuid,
    title text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.advisor_messages (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    conversation_id uuid NOT NULL,
    author text NOT NULL,
    body text NOT NULL,
    object_id uuid,
    extracted_prompt text,
    job_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT advisor_messages_author_check CHECK ((author = ANY (ARRAY['user'::text, 'advisor'::text])))
);

ALTER TABLE public.agreement_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.agreement_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.answer_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.answer_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.api_requests (
    token_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    media_type text,
    body bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT api_requests_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200)))
);

CREATE TABLE public.api_tokens (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid,
    user_id uuid,
    kind text NOT NULL,
    name text,
    token_hash bytea NOT NULL,
    scopes text[] DEFAULT '{}'::text[] NOT NULL,
    allowed_origins text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_tokens_check CHECK ((num_nonnulls(brand_id, user_id) >= 1)),
    CONSTRAINT api_tokens_kind_check CHECK ((kind = ANY (ARRAY['guest'::text, 'secret'::text, 'publishable'::text])))
);

CREATE TABLE public.audit_log (
    id bigint NOT NULL,
    brand_id uuid,
    user_id uuid,
    action text NOT NULL,
    object_type text,
    object_id text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    happened_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.batches (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    user_id uuid,
    name text NOT NULL,
    paused_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT batches_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

CREATE TABLE public.benchmarks (
    metric text NOT NULL,
    as_of date NOT NULL,
    brand_count integer NOT NULL,
    lower_quartile numeric NOT NULL,
    median numeric NOT NULL,
    upper_quartile numeric NOT NULL,
    CONSTRAINT benchmarks_brand_count_check CHECK ((brand_count >= 20))
);

CREATE TABLE public.billing_events (
    provider text NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    outcome text NOT NULL,
    CONSTRAINT billing_events_event_id_check CHECK (((length(event_id) >= 1) AND (length(event_id) <= 255))),
    CONSTRAINT billing_events_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'late'::text, 'ignored'::text, 'no_brand'::text, 'no_rate'::text])))
);

CREATE TABLE public.brand_members (
    brand_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.categories (
    category public.garment_category NOT NULL,
    category_group text NOT NULL,
    "position" smallint NOT NULL,
    CONSTRAINT categories_category_group_check CHECK ((category_group = ANY (ARRAY['clothing'::text, 'accessories'::text, 'footwear'::text, 'jewelry'::text])))
);

CREATE TABLE public.collection_items (
    collection_id uuid NOT NULL,
    item_id uuid NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.collections (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    cover_object_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collections_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

CREATE TABLE public.credit_accounts (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid,
    brand_id uuid,
    balance integer DEFAULT 0 NOT NULL,
    free_per_month smallint DEFAULT 25 NOT NULL,
    resets_on date DEFAULT ((date_trunc('month'::text, (now() AT TIME ZONE 'UTC'::text)) + '1 mon'::interval))::date NOT NULL,
    pro_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT credit_accounts_balance_check CHECK ((balance >= 0)),
    CONSTRAINT credit_accounts_check CHECK ((num_nonnulls(user_id, brand_id) = 1)),
    CONSTRAINT credit_accounts_free_per_month_check CHECK ((free_per_month >= 0))
);

CREATE TABLE public.credit_ledger (
    id bigint NOT NULL,
    account_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    job_id uuid,
    kind text NOT NULL,
    amount integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT credit_ledger_check CHECK (
CASE kind
    WHEN 'settle'::text THEN (amount = 0)
    WHEN 'grant'::text THEN (amount >= 0)
    WHEN 'purchase'::text THEN (amount > 0)
    WHEN 'release'::text THEN (amount >= 0)
    ELSE (amount <= 0)
END),
    CONSTRAINT credit_ledger_kind_check CHECK ((kind = ANY (ARRAY['grant'::text, 'purchase'::text, 'reserve'::text, 'settle'::text, 'release'::text, 'expire'::text, 'refund'::text])))
);

ALTER TABLE public.credit_ledger ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.credit_ledger_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.credit_lots (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    payment_id uuid,
    remaining integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT credit_lots_kind_check CHECK ((kind = ANY (ARRAY['free'::text, 'purchase'::text]))),
    CONSTRAINT credit_lots_remaining_check CHECK ((remaining >= 0))
);

CREATE TABLE public.dataset_aggregates (
    brand_id uuid NOT NULL,
    category public.garment_category NOT NULL,
    month date NOT NULL,
    session_count bigint NOT NULL,
    succeeded_count bigint NOT NULL,
    shopper_count bigint NOT NULL,
    confidence_sum numeric NOT NULL,
    duration_ms_sum bigint NOT NULL,
    CONSTRAINT dataset_aggregates_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

CREATE TABLE public.dataset_sessions (
    session_hash bytea NOT NULL,
    brand_id uuid NOT NULL,
    category public.garment_category NOT NULL,
    device public.device_type,
    confidence numeric(4,3),
    session_hour timestamp with time zone NOT NULL,
    duration_ms integer,
    succeeded boolean NOT NULL,
    CONSTRAINT dataset_sessions_confidence_check CHECK (((confidence >= (0)::numeric) AND (confidence <= (1)::numeric))),
    CONSTRAINT dataset_sessions_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT dataset_sessions_session_hour_check CHECK ((session_hour = date_trunc('hour'::text, session_hour, 'UTC'::text)))
)
PARTITION BY RANGE (session_hour);

CREATE TABLE public.dataset_sessions_other (
    session_hash bytea NOT NULL,
    brand_id uuid NOT NULL,
    category public.garment_category NOT NULL,
    device public.device_type,
    confidence numeric(4,3),
    session_hour timestamp with time zone NOT NULL,
    duration_ms integer,
    succeeded boolean NOT NULL,
    CONSTRAINT dataset_sessions_confidence_check CHECK (((confidence >= (0)::numeric) AND (confidence <= (1)::numeric))),
    CONSTRAINT dataset_sessions_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT dataset_sessions_session_hour_check CHECK ((session_hour = date_trunc('hour'::text, session_hour, 'UTC'::text)))
);

CREATE TABLE public.demo_state (
    singleton boolean DEFAULT true NOT NULL,
    job_target bigint NOT NULL,
    progress real DEFAULT 0 NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    filled_until timestamp with time zone,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    completed_at timestamp with time zone,
    CONSTRAINT demo_state_progress_check CHECK (((progress >= (0)::double precision) AND (progress <= (1)::double precision))),
    CONSTRAINT demo_state_singleton_check CHECK (singleton)
);

CREATE TABLE public.job_attempts (
    job_id uuid NOT NULL,
    number smallint NOT NULL,
    engine text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    error_code text,
    error_message text,
    engine_cost_usd numeric(10,4),
    worker text,
    lease_until timestamp with time zone,
    retry_at timestamp with time zone,
    reference text,
    CONSTRAINT job_attempts_engine_cost_usd_check CHECK ((engine_cost_usd >= (0)::numeric)),
    CONSTRAINT job_attempts_number_check CHECK ((number >= 1)),
    CONSTRAINT job_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['completed'::text, 'failed'::text, 'canceled'::text, 'lost'::text])))
);

ALTER TABLE public.job_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.job_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.job_outputs (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    job_id uuid NOT NULL,
    object_id uuid NOT NULL,
    "position" smallint DEFAULT 0 NOT NULL,
    is_selected boolean DEFAULT false NOT NULL,
    is_favorite boolean DEFAULT false NOT NULL,
    rating smallint,
    note text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT job_outputs_rating_check CHECK (((rating >= 1) AND (rating <= 5)))
);

CREATE TABLE public.job_pairs (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    one_job_id uuid NOT NULL,
    other_job_id uuid NOT NULL,
    one_engine text NOT NULL COLLATE pg_catalog."C",
    other_engine text NOT NULL COLLATE pg_catalog."C",
    draw_key double precision DEFAULT random() NOT NULL,
    CONSTRAINT job_pairs_check CHECK ((one_engine < other_engine))
);

CREATE TABLE public.reviews (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    job_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    reviewer_id uuid,
    approved boolean NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    rating smallint,
    note text,
    drawn text NOT NULL,
    is_adjudication boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    is_practice boolean DEFAULT public.scope_is_demo() NOT NULL,
    CONSTRAINT reviews_check CHECK (((NOT approved) OR (reasons = '{}'::text[]))),
    CONSTRAINT reviews_drawn_check CHECK ((drawn = ANY (ARRAY['random'::text, 'uncertainty'::text, 'newest'::text, 'value'::text, 'second'::text]))),
    CONSTRAINT reviews_rating_check CHECK (((rating >= 1) AND (rating <= 5))),
    CONSTRAINT reviews_reasons_check CHECK ((reasons <@ ARRAY['wrong_category'::text, 'neckline'::text, 'identity'::text, 'lost_detail'::text, 'hands'::text, 'background'::text, 'other'::text]))
);

CREATE VIEW public.job_verdicts WITH (security_invoker='true') AS
 WITH latest_first AS (
         SELECT r.job_id,
            r.approved,
            r.is_adjudication,
            r.drawn,
            row_number() OVER (PARTITION BY r.job_id, r.is_adjudication,
                CASE
                    WHEN (NOT r.is_adjudication) THEN r.reviewer_id
                    ELSE NULL::uuid
                END ORDER BY r.created_at DESC, r.id DESC) AS place
           FROM public.reviews r
          WHERE (NOT r.is_practice)
        ), outcomes AS (
         SELECT l.job_id,
            bool_or(l.approved) FILTER (WHERE (l.is_adjudication AND (l.place = 1))) AS adjudicated,
            sum(
                CASE
                    WHEN l.approved THEN 1
                    ELSE '-1'::integer
                END) FILTER (WHERE ((NOT l.is_adjudication) AND (l.place = 1))) AS balance,
            bool_or((l.drawn = 'random'::text)) AS drawn_at_random
           FROM latest_first l
          GROUP BY l.job_id
        )
 SELECT j.id AS job_id,
    j.brand_id,
    j.origin,
    j.category,
    j.device,
    j.engine,
    j.confidence,
    j.finished_at,
    COALESCE(o.adjudicated, (o.balance > 0)) AS approved,
    o.drawn_at_random
   FROM (outcomes o
     JOIN public.tryon_jobs j ON ((o.job_id = j.id)))
  WHERE ((j.status = 'completed'::public.job_status) AND ((o.adjudicated IS NOT NULL) OR (o.balance <> 0)));

CREATE TABLE public.migration_checksums (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.model_versions (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid,
    engine text NOT NULL,
    version text NOT NULL,
    status text DEFAULT 'released'::text NOT NULL,
    notes text,
    released_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT model_versions_status_check CHECK ((status = ANY (ARRAY['training'::text, 'released'::text, 'retired'::text, 'failed'::text])))
);

CREATE TABLE public.mrr_movements (
    brand_id uuid NOT NULL,
    policy public.mrr_policy NOT NULL,
    day date NOT NULL,
    kind public.movement_kind NOT NULL,
    amount numeric(14,2) NOT NULL,
    mrr_before numeric(14,2) NOT NULL,
    mrr_after numeric(14,2) NOT NULL,
    reason public.churn_reason,
    CONSTRAINT mrr_movements_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT mrr_movements_check CHECK (((kind = 'churn'::public.movement_kind) = (reason IS NOT NULL))),
    CONSTRAINT mrr_movements_mrr_after_check CHECK ((mrr_after >= (0)::numeric)),
    CONSTRAINT mrr_movements_mrr_before_check CHECK ((mrr_before >= (0)::numeric))
);

CREATE TABLE public.subscription_history (
    id bigint NOT NULL,
    subscription_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    change text NOT NULL,
    status public.subscription_status NOT NULL,
    mrr numeric(14,2) NOT NULL,
    plan_id uuid,
    quantity integer NOT NULL,
    cancel_at_period_end boolean DEFAULT false NOT NULL,
    reason public.churn_reason,
    CONSTRAINT subscription_history_change_check CHECK ((change = ANY (ARRAY['created'::text, 'updated'::text, 'moved_in'::text, 'moved_out'::text, 'deleted'::text, 'late'::text]))),
    CONSTRAINT subscription_history_mrr_check CHECK ((mrr >= (0)::numeric))
);

CREATE VIEW public.mrr_steps WITH (security_invoker='true') AS
 SELECT brand_id,
    subscription_id,
    policy,
    effective_at,
    id AS history_id,
    status,
    reason,
    delta
   FROM ( SELECT h.brand_id,
            h.subscription_id,
            h.effective_at,
            h.id,
            p.policy,
            h.status,
            h.reason,
            (c.mrr - lag(c.mrr, 1, (0)::numeric) OVER (PARTITION BY h.brand_id, h.subscription_id, p.policy ORDER BY h.effective_at, h.id)) AS delta
           FROM ((public.subscription_history h
             CROSS JOIN unnest(enum_range(NULL::public.mrr_policy)) p(policy))
             CROSS JOIN LATERAL ( SELECT
                        CASE
                            WHEN public.mrr_counts(h.status, p.policy) THEN h.mrr
                            ELSE (0)::numeric
                        END AS mrr) c)) s
  WHERE (delta <> (0)::numeric);

CREATE TABLE public.nps_responses (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    user_id uuid,
    score smallint NOT NULL,
    comment text,
    answered_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT nps_responses_score_check CHECK (((score >= 0) AND (score <= 10)))
);

CREATE TABLE public.object_deletions (
    key text NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.pair_votes (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    pair_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    voter_id uuid,
    better text NOT NULL,
    is_practice boolean DEFAULT public.scope_is_demo() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pair_votes_better_check CHECK ((better = ANY (ARRAY['one'::text, 'other'::text, 'neither'::text])))
);

CREATE TABLE public.payments (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid,
    user_id uuid,
    subscription_id uuid,
    provider text NOT NULL,
    provider_payment_id text,
    purpose text NOT NULL,
    amount numeric(14,2) NOT NULL,
    currency character(3) DEFAULT 'USD'::bpchar NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    credits integer,
    CONSTRAINT payments_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT payments_credits_check CHECK ((credits > 0)),
    CONSTRAINT payments_purpose_check CHECK ((purpose = ANY (ARRAY['subscription'::text, 'credits'::text]))),
    CONSTRAINT payments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'canceled'::text, 'refunded'::text])))
);

CREATE TABLE public.persona_pictures (
    persona_id uuid NOT NULL,
    object_id uuid NOT NULL,
    "position" smallint DEFAULT 0 NOT NULL
);

CREATE TABLE public.personas (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid,
    brand_id uuid,
    name text DEFAULT 'My persona'::text NOT NULL,
    status text DEFAULT 'draft'::text NOT NULL,
    thumbnail_object_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT personas_check CHECK ((num_nonnulls(user_id, brand_id) >= 1)),
    CONSTRAINT personas_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT personas_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'processing'::text, 'ready'::text])))
);

CREATE VIEW public.photo_set_progress AS
SELECT
    NULL::uuid AS photo_set_id,
    NULL::uuid AS brand_id,
    NULL::uuid AS user_id,
    NULL::smallint AS photo_count,
    NULL::bigint AS completed_count,
    NULL::bigint AS failed_count,
    NULL::text AS status;

CREATE TABLE public.photo_sets (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    persona_id uuid NOT NULL,
    user_id uuid,
    brand_id uuid,
    style text NOT NULL,
    photo_count smallint DEFAULT 23 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT photo_sets_check CHECK ((num_nonnulls(user_id, brand_id) >= 1)),
    CONSTRAINT photo_sets_photo_count_check CHECK (((photo_count >= 1) AND (photo_count <= 200)))
);

CREATE TABLE public.picture_embeddings (
    object_id uuid NOT NULL,
    model text NOT NULL,
    embedding real[],
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.plans (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    stripe_price_id text,
    unit_amount numeric(14,2) NOT NULL,
    currency character(3) DEFAULT 'USD'::bpchar NOT NULL,
    period public.billing_interval DEFAULT 'month'::public.billing_interval NOT NULL,
    period_count smallint DEFAULT 1 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT plans_period_count_check CHECK ((period_count >= 1)),
    CONSTRAINT plans_unit_amount_check CHECK ((unit_amount >= (0)::numeric))
);

CREATE TABLE public.product_images (
    product_id uuid NOT NULL,
    object_id uuid NOT NULL,
    filename text,
    "position" smallint DEFAULT 0 NOT NULL,
    is_primary boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.products (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    sku text,
    category public.garment_category,
    custom_fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    words tsvector GENERATED ALWAYS AS (public.product_words(name, sku, tags, custom_fields, category)) STORED,
    CONSTRAINT products_custom_fields_check CHECK ((jsonb_typeof(custom_fields) = 'object'::text)),
    CONSTRAINT products_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT products_sku_check CHECK ((length(sku) <= 100))
);

CREATE VIEW public.published_dataset WITH (security_invoker='true') AS
 SELECT brand_id,
    category,
    month,
    session_count,
    succeeded_count,
    shopper_count,
    (confidence_sum / (NULLIF(succeeded_count, 0))::numeric) AS model_confidence,
    ((duration_ms_sum)::numeric / (NULLIF(session_count, 0))::numeric) AS mean_duration_ms
   FROM public.dataset_aggregates a
  WHERE (shopper_count >= 20);

CREATE TABLE public.purchase_facts (
    purchase_id uuid NOT NULL,
    user_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    in_demo boolean NOT NULL,
    day date NOT NULL,
    net_usd numeric NOT NULL,
    margin_usd numeric NOT NULL,
    first_source public.touch_source,
    last_source public.touch_source,
    tryon_touches integer NOT NULL,
    recommendation_touches integer NOT NULL,
    share_touches integer NOT NULL
);

CREATE TABLE public.purchase_returns (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    purchase_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    amount numeric(14,2) NOT NULL,
    returned_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    return_id text,
    CONSTRAINT purchase_returns_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT purchase_returns_return_id_check CHECK (((length(return_id) >= 1) AND (length(return_id) <= 200)))
);

CREATE TABLE public.purchases (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    user_id uuid NOT NULL,
    order_id text NOT NULL,
    amount numeric(14,2) NOT NULL,
    currency character(3) DEFAULT 'USD'::bpchar NOT NULL,
    usd_rate numeric(18,8) DEFAULT 1 NOT NULL,
    purchased_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT purchases_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT purchases_order_id_check CHECK (((length(order_id) >= 1) AND (length(order_id) <= 200))),
    CONSTRAINT purchases_usd_rate_check CHECK ((usd_rate > (0)::numeric))
);

CREATE TABLE public.review_draws (
    reviewer_id uuid NOT NULL,
    job_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    drawn text NOT NULL,
    is_practice boolean DEFAULT public.scope_is_demo() NOT NULL,
    drawn_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    held_until timestamp with time zone,
    put_aside_at timestamp with time zone,
    reviewed_at timestamp with time zone,
    CONSTRAINT review_draws_check CHECK (((NOT is_practice) OR (held_until IS NULL))),
    CONSTRAINT review_draws_drawn_check CHECK ((drawn = ANY (ARRAY['random'::text, 'uncertainty'::text, 'newest'::text, 'value'::text, 'second'::text])))
);

CREATE TABLE public.review_tallies (
    job_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    reviewer_ids uuid[] NOT NULL,
    reviewer_count smallint NOT NULL,
    approved_count smallint NOT NULL,
    first_approved boolean NOT NULL,
    reviewed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.reviewable_jobs (
    job_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    visitor_id uuid,
    engine text NOT NULL,
    completed_at timestamp with time zone NOT NULL,
    uncertainty real NOT NULL,
    draw_key double precision DEFAULT random() NOT NULL,
    inputs_key uuid NOT NULL,
    is_reviewed boolean DEFAULT false NOT NULL,
    is_disputed boolean DEFAULT false NOT NULL
);

CREATE TABLE public.rollup_active (
    in_view uuid NOT NULL,
    day date NOT NULL,
    launched integer NOT NULL,
    completed integer NOT NULL,
    saved integer NOT NULL,
    purchased integer NOT NULL,
    shoppers integer NOT NULL,
    converted integer NOT NULL
);

CREATE TABLE public.rollup_agreement (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    reviewer_ids uuid[] NOT NULL,
    approved_count smallint NOT NULL,
    first_approved boolean NOT NULL,
    jobs integer NOT NULL,
    CONSTRAINT rollup_agreement_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.rollup_answers (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    answers integer NOT NULL,
    promoters integer NOT NULL,
    detractors integer NOT NULL,
    CONSTRAINT rollup_answers_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.rollup_cells (
    in_view uuid NOT NULL,
    category text NOT NULL COLLATE pg_catalog."C",
    device text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    launched integer NOT NULL,
    completed integer NOT NULL,
    failed integer NOT NULL,
    canceled integer NOT NULL,
    rated integer NOT NULL,
    confidence_sum bigint NOT NULL,
    confidence_square_sum bigint NOT NULL,
    cost_sum bigint NOT NULL
);

CREATE TABLE public.rollup_cohorts (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    split text NOT NULL COLLATE pg_catalog."C",
    part text NOT NULL COLLATE pg_catalog."C",
    cohort date NOT NULL,
    number smallint NOT NULL,
    previous_number smallint NOT NULL,
    shoppers integer NOT NULL
);

CREATE TABLE public.rollup_completion_days (
    day date NOT NULL,
    in_view uuid NOT NULL,
    previous_days date[] NOT NULL,
    shoppers integer[] NOT NULL,
    converted integer[] NOT NULL
);

CREATE TABLE public.rollup_completions (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    previous_day date NOT NULL,
    shoppers integer NOT NULL,
    converted integer NOT NULL,
    CONSTRAINT rollup_completions_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.rollup_confidence (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    by_bin integer[] NOT NULL
);

CREATE TABLE public.rollup_curves (
    in_view uuid NOT NULL,
    month date NOT NULL,
    until date NOT NULL,
    margins_usd numeric[] NOT NULL
);

CREATE TABLE public.rollup_engines (
    in_view uuid NOT NULL,
    engine text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    launched integer NOT NULL,
    completed integer NOT NULL,
    failed integer NOT NULL,
    canceled integer NOT NULL,
    rated integer NOT NULL,
    confidence_sum bigint NOT NULL,
    cost_sum bigint NOT NULL
);

CREATE TABLE public.rollup_failures (
    in_view uuid NOT NULL,
    engine text NOT NULL COLLATE pg_catalog."C",
    failure_code text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    jobs integer NOT NULL
);

CREATE TABLE public.rollup_hours (
    in_view uuid NOT NULL,
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    by_hour integer[] NOT NULL
);

CREATE TABLE public.rollup_launches (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    previous_day date NOT NULL,
    launched integer NOT NULL,
    completed integer NOT NULL,
    saved integer NOT NULL,
    purchased integer NOT NULL,
    CONSTRAINT rollup_launches_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.rollup_next_completions (
    day date NOT NULL,
    in_view uuid NOT NULL,
    next_days date[] NOT NULL,
    shoppers integer[] NOT NULL,
    converted integer[] NOT NULL
);

CREATE TABLE public.rollup_reasons (
    in_view uuid NOT NULL,
    reason text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    jobs integer NOT NULL
);

CREATE TABLE public.rollup_rejections (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    jobs integer NOT NULL,
    credits bigint NOT NULL,
    CONSTRAINT rollup_rejections_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.rollup_returns (
    in_view uuid NOT NULL,
    split text NOT NULL COLLATE pg_catalog."C",
    part text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    cohort date NOT NULL,
    shoppers integer NOT NULL,
    day_1 integer NOT NULL,
    day_7 integer NOT NULL,
    day_30 integer NOT NULL,
    CONSTRAINT rollup_returns_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.rollup_revenue (
    in_view uuid NOT NULL,
    model text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    attributed_usd numeric NOT NULL,
    tryon_usd numeric NOT NULL,
    recommendation_usd numeric NOT NULL,
    share_usd numeric NOT NULL,
    unattributed_usd numeric NOT NULL,
    tryon_count integer NOT NULL,
    recommendation_count integer NOT NULL,
    share_count integer NOT NULL,
    unattributed_count integer NOT NULL,
    purchase_count integer NOT NULL
);

CREATE TABLE public.rollup_speed (
    in_view uuid NOT NULL,
    engine text NOT NULL COLLATE pg_catalog."C",
    phase text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    buckets smallint[] NOT NULL,
    counts integer[] NOT NULL,
    p50_ms double precision,
    p95_ms double precision,
    p99_ms double precision
);

CREATE TABLE public.rollup_spend (
    in_view uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    spend_usd numeric NOT NULL
);

CREATE TABLE public.rollup_studio (
    in_view uuid NOT NULL,
    product_id uuid NOT NULL,
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    completed integer NOT NULL,
    failed integer NOT NULL,
    unpriced integer NOT NULL,
    credits bigint NOT NULL,
    cost_sum bigint NOT NULL,
    failed_cost_sum bigint NOT NULL,
    CONSTRAINT rollup_studio_grain_check CHECK ((grain = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.rollup_value (
    in_view uuid NOT NULL,
    cohort date NOT NULL,
    number smallint NOT NULL,
    revenue_usd numeric NOT NULL,
    margin_usd numeric NOT NULL,
    purchases integer NOT NULL
);

CREATE TABLE public.rollup_verdicts (
    in_view uuid NOT NULL,
    category text NOT NULL COLLATE pg_catalog."C",
    device text NOT NULL COLLATE pg_catalog."C",
    grain text NOT NULL COLLATE pg_catalog."C",
    starts_on date NOT NULL,
    origin public.job_origin NOT NULL,
    bin smallint NOT NULL,
    verdicts integer NOT NULL,
    approved integer NOT NULL,
    confidence_sum bigint NOT NULL,
    error_square_sum bigint NOT NULL
);

CREATE TABLE public.sessions (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);

ALTER TABLE public.shopper_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.shopper_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.shopper_days (
    user_id uuid NOT NULL,
    in_view uuid NOT NULL,
    day date NOT NULL,
    in_all boolean NOT NULL,
    in_demo boolean NOT NULL,
    first_day date NOT NULL,
    first_category text NOT NULL COLLATE pg_catalog."C",
    first_device text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C",
    previous_launch date,
    furthest smallint,
    previous_completion date,
    converted boolean
);

CREATE TABLE public.shoppers (
    brand_id uuid NOT NULL,
    user_id uuid NOT NULL,
    first_job_at timestamp with time zone NOT NULL,
    first_category public.garment_category,
    first_device public.device_type,
    channel text,
    opted_out_at timestamp with time zone
);

CREATE TABLE public.sign_in_attempts (
    id bigint NOT NULL,
    account_hash bytea NOT NULL,
    address_hash bytea NOT NULL,
    succeeded boolean NOT NULL,
    attempted_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.sign_in_attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sign_in_attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.spend_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.spend_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.stored_objects (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid,
    brand_id uuid,
    key text NOT NULL,
    content_hash bytea NOT NULL,
    kind text NOT NULL,
    media_type text NOT NULL,
    byte_count integer NOT NULL,
    width integer,
    height integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    body_points jsonb,
    CONSTRAINT stored_objects_body_points_check CHECK (((jsonb_typeof(body_points) = 'object'::text) AND (body_points <> '{}'::jsonb))),
    CONSTRAINT stored_objects_byte_count_check CHECK ((byte_count >= 0)),
    CONSTRAINT stored_objects_check CHECK ((num_nonnulls(user_id, brand_id) >= 1)),
    CONSTRAINT stored_objects_height_check CHECK ((height > 0)),
    CONSTRAINT stored_objects_kind_check CHECK ((kind = ANY (ARRAY['selfie'::text, 'garment'::text, 'product'::text, 'persona'::text, 'result'::text, 'cover'::text, 'other'::text]))),
    CONSTRAINT stored_objects_width_check CHECK ((width > 0))
);

ALTER TABLE public.subscription_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.subscription_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.subscriptions (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    plan_id uuid,
    provider text DEFAULT 'stripe'::text NOT NULL,
    provider_subscription_id text,
    status public.subscription_status NOT NULL,
    unit_amount numeric(14,2) NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    currency character(3) DEFAULT 'USD'::bpchar NOT NULL,
    usd_rate numeric(18,8) DEFAULT 1 NOT NULL,
    period public.billing_interval DEFAULT 'month'::public.billing_interval NOT NULL,
    period_count smallint DEFAULT 1 NOT NULL,
    forever_percent_off numeric(5,2) DEFAULT 0 NOT NULL,
    forever_amount_off numeric(14,2) DEFAULT 0 NOT NULL,
    mrr numeric(14,2) GENERATED ALWAYS AS (public.subscription_mrr(unit_amount, quantity, period, (period_count)::integer, forever_percent_off, forever_amount_off, usd_rate)) STORED NOT NULL,
    current_period_start timestamp with time zone,
    current_period_end timestamp with time zone,
    cancel_at_period_end boolean DEFAULT false NOT NULL,
    canceled_at timestamp with time zone,
    cancel_reason public.churn_reason,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT subscriptions_forever_amount_off_check CHECK ((forever_amount_off >= (0)::numeric)),
    CONSTRAINT subscriptions_forever_percent_off_check CHECK (((forever_percent_off >= (0)::numeric) AND (forever_percent_off <= (100)::numeric))),
    CONSTRAINT subscriptions_period_count_check CHECK ((period_count >= 1)),
    CONSTRAINT subscriptions_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT subscriptions_unit_amount_check CHECK ((unit_amount >= (0)::numeric)),
    CONSTRAINT subscriptions_usd_rate_check CHECK ((usd_rate > (0)::numeric))
);

CREATE TABLE public.touches (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    user_id uuid NOT NULL,
    source public.touch_source NOT NULL,
    job_id uuid,
    touched_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.tryon_garments (
    job_id uuid NOT NULL,
    "position" smallint NOT NULL,
    item_id uuid,
    product_id uuid,
    object_id uuid,
    category public.garment_category
);

CREATE VIEW public.usage_daily WITH (security_invoker='true') AS
 SELECT user_id,
    brand_id,
    ((created_at AT TIME ZONE 'UTC'::text))::date AS day,
    count(*) AS generation_count,
    count(*) FILTER (WHERE (status = 'completed'::public.job_status)) AS completed_count,
    count(*) FILTER (WHERE (status = 'failed'::public.job_status)) AS failed_count,
    COALESCE(sum(engine_cost_usd), (0)::numeric) AS engine_cost_usd,
    (COALESCE(sum((EXTRACT(epoch FROM (finished_at - started_at)) * (1000)::numeric)), (0)::numeric))::bigint AS processing_ms,
    COALESCE(sum(credits) FILTER (WHERE (status = 'completed'::public.job_status)), (0)::bigint) AS credits_used
   FROM public.tryon_jobs j
  WHERE (user_id IS NOT NULL)
  GROUP BY user_id, brand_id, (((created_at AT TIME ZONE 'UTC'::text))::date);

CREATE TABLE public.user_identities (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    provider text NOT NULL,
    provider_account_id text NOT NULL,
    granted_scopes text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.user_passwords (
    user_id uuid NOT NULL,
    password_hash text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.users (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    role public.user_role DEFAULT 'shopper'::public.user_role NOT NULL,
    anon_id text DEFAULT ('guest_'::text || replace((gen_random_uuid())::text, '-'::text, ''::text)) NOT NULL,
    email text,
    display_name text,
    device_id text,
    telegram_user_id bigint,
    email_verified_at timestamp with time zone,
    disabled_at timestamp with time zone,
    last_login_at timestamp with time zone,
    is_demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_check CHECK (((role <> 'tombstone'::public.user_role) OR (num_nonnulls(email, display_name, device_id, telegram_user_id) = 0))),
    CONSTRAINT users_display_name_check CHECK ((length(display_name) <= 100))
);

ALTER TABLE public.verdict_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.verdict_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.verdict_facts (
    job_id uuid NOT NULL,
    brand_id uuid,
    in_demo boolean NOT NULL,
    origin public.job_origin NOT NULL,
    category text NOT NULL COLLATE pg_catalog."C",
    device text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    drawn_at_random boolean NOT NULL,
    confidence numeric(4,3),
    approved boolean NOT NULL,
    reasons text[] NOT NULL,
    credits integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.verification_tokens (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    email text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT verification_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['verify_email'::text, 'reset_password'::text])))
);

CREATE TABLE public.wardrobe_items (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    user_id uuid NOT NULL,
    brand_id uuid,
    kind text DEFAULT 'item'::text NOT NULL,
    category public.garment_category,
    name text NOT NULL,
    description text,
    maker text,
    ai_tags text[] DEFAULT '{}'::text[] NOT NULL,
    color_tags text[] DEFAULT '{}'::text[] NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    object_id uuid,
    embedding real[],
    source_job_id uuid,
    is_demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT wardrobe_items_check CHECK (((kind = 'look'::text) OR (category IS NOT NULL))),
    CONSTRAINT wardrobe_items_check1 CHECK ((is_demo OR (object_id IS NOT NULL))),
    CONSTRAINT wardrobe_items_kind_check CHECK ((kind = ANY (ARRAY['item'::text, 'look'::text]))),
    CONSTRAINT wardrobe_items_maker_check CHECK ((length(maker) <= 100)),
    CONSTRAINT wardrobe_items_name_check CHECK ((length(name) <= 200))
);

CREATE TABLE public.webhook_attempts (
    delivery_id uuid NOT NULL,
    number smallint NOT NULL,
    attempted_at timestamp with time zone DEFAULT now() NOT NULL,
    duration_ms integer NOT NULL,
    status_code smallint,
    error text,
    CONSTRAINT webhook_attempts_duration_ms_check CHECK ((duration_ms >= 0))
);

CREATE TABLE public.webhook_deliveries (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    webhook_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    user_id uuid,
    job_id uuid,
    event text NOT NULL,
    body text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempt_count smallint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT webhook_deliveries_check CHECK (((status = 'pending'::text) = (finished_at IS NULL))),
    CONSTRAINT webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])))
);

CREATE TABLE public.webhooks (
    id uuid DEFAULT public.uuid_v7() NOT NULL,
    brand_id uuid NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    key_version smallint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    failing_since timestamp with time zone,
    disabled_at timestamp with time zone,
    disabled_reason text,
    CONSTRAINT webhooks_check CHECK (((disabled_at IS NULL) = (disabled_reason IS NULL))),
    CONSTRAINT webhooks_events_check CHECK ((cardinality(events) > 0)),
    CONSTRAINT webhooks_url_check CHECK (((length(url) >= 1) AND (length(url) <= 2000)))
);

ALTER TABLE ONLY public.dataset_sessions ATTACH PARTITION public.dataset_sessions_other DEFAULT;

ALTER TABLE ONLY public.acquisition_spend
    ADD CONSTRAINT acquisition_spend_pkey PRIMARY KEY (brand_id, day, channel);

ALTER TABLE ONLY public.advisor_conversations
    ADD CONSTRAINT advisor_conversations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.advisor_messages
    ADD CONSTRAINT advisor_messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agreement_changes
    ADD CONSTRAINT agreement_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.answer_changes
    ADD CONSTRAINT answer_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_requests
    ADD CONSTRAINT api_requests_pkey PRIMARY KEY (token_id, key);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.benchmarks
    ADD CONSTRAINT benchmarks_pkey PRIMARY KEY (metric, as_of);

ALTER TABLE ONLY public.billing_events
    ADD CONSTRAINT billing_events_pkey PRIMARY KEY (provider, event_id);

ALTER TABLE ONLY public.brand_members
    ADD CONSTRAINT brand_members_pkey PRIMARY KEY (brand_id, user_id);

ALTER TABLE ONLY public.brands
    ADD CONSTRAINT brands_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.brands
    ADD CONSTRAINT brands_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.brands
    ADD CONSTRAINT brands_stripe_customer_id_key UNIQUE (stripe_customer_id);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_pkey PRIMARY KEY (category);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_position_key UNIQUE ("position");

ALTER TABLE ONLY public.collection_items
    ADD CONSTRAINT collection_items_pkey PRIMARY KEY (collection_id, item_id);

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.credit_accounts
    ADD CONSTRAINT credit_accounts_brand_id_key UNIQUE (brand_id);

ALTER TABLE ONLY public.credit_accounts
    ADD CONSTRAINT credit_accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.credit_accounts
    ADD CONSTRAINT credit_accounts_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.credit_ledger
    ADD CONSTRAINT credit_ledger_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.credit_lots
    ADD CONSTRAINT credit_lots_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.dataset_aggregates
    ADD CONSTRAINT dataset_aggregates_pkey PRIMARY KEY (brand_id, category, month);

ALTER TABLE ONLY public.dataset_sessions
    ADD CONSTRAINT dataset_sessions_pkey PRIMARY KEY (session_hash, session_hour);

ALTER TABLE ONLY public.dataset_sessions_other
    ADD CONSTRAINT dataset_sessions_other_pkey PRIMARY KEY (session_hash, session_hour);

ALTER TABLE ONLY public.demo_state
    ADD CONSTRAINT demo_state_pkey PRIMARY KEY (singleton);

ALTER TABLE ONLY public.job_attempts
    ADD CONSTRAINT job_attempts_pkey PRIMARY KEY (job_id, number);

ALTER TABLE ONLY public.job_changes
    ADD CONSTRAINT job_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_outputs
    ADD CONSTRAINT job_outputs_job_id_position_key UNIQUE (job_id, "position");

ALTER TABLE ONLY public.job_outputs
    ADD CONSTRAINT job_outputs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_pairs
    ADD CONSTRAINT job_pairs_one_job_id_other_job_id_key UNIQUE (one_job_id, other_job_id);

ALTER TABLE ONLY public.job_pairs
    ADD CONSTRAINT job_pairs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.migration_checksums
    ADD CONSTRAINT migration_checksums_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.model_versions
    ADD CONSTRAINT model_versions_brand_id_engine_version_key UNIQUE NULLS NOT DISTINCT (brand_id, engine, version);

ALTER TABLE ONLY public.model_versions
    ADD CONSTRAINT model_versions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mrr_movements
    ADD CONSTRAINT mrr_movements_pkey PRIMARY KEY (brand_id, policy, day);

ALTER TABLE ONLY public.nps_responses
    ADD CONSTRAINT nps_responses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.object_deletions
    ADD CONSTRAINT object_deletions_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.pair_votes
    ADD CONSTRAINT pair_votes_pair_id_voter_id_key UNIQUE (pair_id, voter_id);

ALTER TABLE ONLY public.pair_votes
    ADD CONSTRAINT pair_votes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_provider_provider_payment_id_key UNIQUE (provider, provider_payment_id);

ALTER TABLE ONLY public.persona_pictures
    ADD CONSTRAINT persona_pictures_pkey PRIMARY KEY (persona_id, object_id);

ALTER TABLE ONLY public.personas
    ADD CONSTRAINT personas_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.photo_sets
    ADD CONSTRAINT photo_sets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.picture_embeddings
    ADD CONSTRAINT picture_embeddings_pkey PRIMARY KEY (object_id);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_name_key UNIQUE (name);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_stripe_price_id_key UNIQUE (stripe_price_id);

ALTER TABLE ONLY public.product_images
    ADD CONSTRAINT product_images_pkey PRIMARY KEY (product_id, object_id);

ALTER TABLE ONLY public.products
    ADD CONSTRAINT products_brand_id_sku_key UNIQUE (brand_id, sku);

ALTER TABLE ONLY public.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchase_facts
    ADD CONSTRAINT purchase_facts_pkey PRIMARY KEY (user_id, purchase_id);

ALTER TABLE ONLY public.purchase_returns
    ADD CONSTRAINT purchase_returns_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_brand_id_order_id_key UNIQUE (brand_id, order_id);

ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.review_draws
    ADD CONSTRAINT review_draws_pkey PRIMARY KEY (reviewer_id, job_id);

ALTER TABLE ONLY public.review_tallies
    ADD CONSTRAINT review_tallies_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY public.reviewable_jobs
    ADD CONSTRAINT reviewable_jobs_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rollup_active
    ADD CONSTRAINT rollup_active_pkey PRIMARY KEY (in_view, day);

ALTER TABLE ONLY public.rollup_agreement
    ADD CONSTRAINT rollup_agreement_pkey PRIMARY KEY (in_view, grain, starts_on, reviewer_ids, approved_count, first_approved);

ALTER TABLE ONLY public.rollup_answers
    ADD CONSTRAINT rollup_answers_pkey PRIMARY KEY (in_view, grain, starts_on);

ALTER TABLE ONLY public.rollup_cells
    ADD CONSTRAINT rollup_cells_pkey PRIMARY KEY (in_view, category, device, grain, starts_on, origin);

ALTER TABLE ONLY public.rollup_cohorts
    ADD CONSTRAINT rollup_cohorts_pkey PRIMARY KEY (in_view, grain, split, part, cohort, number, previous_number);

ALTER TABLE ONLY public.rollup_completion_days
    ADD CONSTRAINT rollup_completion_days_pkey PRIMARY KEY (day, in_view);

ALTER TABLE ONLY public.rollup_completions
    ADD CONSTRAINT rollup_completions_pkey PRIMARY KEY (in_view, grain, day, previous_day);

ALTER TABLE ONLY public.rollup_confidence
    ADD CONSTRAINT rollup_confidence_pkey PRIMARY KEY (in_view, grain, starts_on, origin);

ALTER TABLE ONLY public.rollup_curves
    ADD CONSTRAINT rollup_curves_pkey PRIMARY KEY (in_view, month);

ALTER TABLE ONLY public.rollup_engines
    ADD CONSTRAINT rollup_engines_pkey PRIMARY KEY (in_view, engine, grain, starts_on, origin);

ALTER TABLE ONLY public.rollup_failures
    ADD CONSTRAINT rollup_failures_pkey PRIMARY KEY (in_view, engine, failure_code, grain, starts_on, origin);

ALTER TABLE ONLY public.rollup_hours
    ADD CONSTRAINT rollup_hours_pkey PRIMARY KEY (in_view, starts_on, origin);

ALTER TABLE ONLY public.rollup_launches
    ADD CONSTRAINT rollup_launches_pkey PRIMARY KEY (in_view, grain, day, previous_day);

ALTER TABLE ONLY public.rollup_next_completions
    ADD CONSTRAINT rollup_next_completions_pkey PRIMARY KEY (day, in_view);

ALTER TABLE ONLY public.rollup_reasons
    ADD CONSTRAINT rollup_reasons_pkey PRIMARY KEY (in_view, reason, grain, starts_on, origin);

ALTER TABLE ONLY public.rollup_rejections
    ADD CONSTRAINT rollup_rejections_pkey PRIMARY KEY (in_view, grain, starts_on);

ALTER TABLE ONLY public.rollup_returns
    ADD CONSTRAINT rollup_returns_pkey PRIMARY KEY (in_view, split, part, grain, cohort);

ALTER TABLE ONLY public.rollup_revenue
    ADD CONSTRAINT rollup_revenue_pkey PRIMARY KEY (in_view, model, grain, starts_on);

ALTER TABLE ONLY public.rollup_speed
    ADD CONSTRAINT rollup_speed_pkey PRIMARY KEY (in_view, engine, phase, grain, starts_on, origin);

ALTER TABLE ONLY public.rollup_spend
    ADD CONSTRAINT rollup_spend_pkey PRIMARY KEY (in_view, grain, starts_on);

ALTER TABLE ONLY public.rollup_state
    ADD CONSTRAINT rollup_state_pkey PRIMARY KEY (singleton);

ALTER TABLE ONLY public.rollup_studio
    ADD CONSTRAINT rollup_studio_pkey PRIMARY KEY (in_view, product_id, grain, starts_on);

ALTER TABLE ONLY public.rollup_value
    ADD CONSTRAINT rollup_value_pkey PRIMARY KEY (in_view, cohort, number);

ALTER TABLE ONLY public.rollup_verdicts
    ADD CONSTRAINT rollup_verdicts_pkey PRIMARY KEY (in_view, category, device, grain, starts_on, origin, bin);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.shopper_changes
    ADD CONSTRAINT shopper_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.shopper_days
    ADD CONSTRAINT shopper_days_pkey PRIMARY KEY (user_id, in_view, day);

ALTER TABLE ONLY public.shoppers
    ADD CONSTRAINT shoppers_pkey PRIMARY KEY (brand_id, user_id);

ALTER TABLE ONLY public.sign_in_attempts
    ADD CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.spend_changes
    ADD CONSTRAINT spend_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.stored_objects
    ADD CONSTRAINT stored_objects_key_key UNIQUE (key);

ALTER TABLE ONLY public.stored_objects
    ADD CONSTRAINT stored_objects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.subscription_history
    ADD CONSTRAINT subscription_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_provider_provider_subscription_id_key UNIQUE (provider, provider_subscription_id);

ALTER TABLE ONLY public.touches
    ADD CONSTRAINT touches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tryon_garments
    ADD CONSTRAINT tryon_garments_pkey PRIMARY KEY (job_id, "position");

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_identities
    ADD CONSTRAINT user_identities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.user_identities
    ADD CONSTRAINT user_identities_provider_provider_account_id_key UNIQUE (provider, provider_account_id);

ALTER TABLE ONLY public.user_passwords
    ADD CONSTRAINT user_passwords_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_anon_id_key UNIQUE (anon_id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_device_id_key UNIQUE (device_id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_telegram_user_id_key UNIQUE (telegram_user_id);

ALTER TABLE ONLY public.verdict_changes
    ADD CONSTRAINT verdict_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verdict_facts
    ADD CONSTRAINT verdict_facts_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.wardrobe_items
    ADD CONSTRAINT wardrobe_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhook_attempts
    ADD CONSTRAINT webhook_attempts_pkey PRIMARY KEY (delivery_id, number);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);

CREATE INDEX acquisition_spend_day_idx ON public.acquisition_spend USING btree (day);

CREATE INDEX advisor_conversations_brand_idx ON public.advisor_conversations USING btree (brand_id);

CREATE INDEX advisor_conversations_user_idx ON public.advisor_conversations USING btree (user_id, created_at);

CREATE INDEX advisor_messages_conversation_idx ON public.advisor_messages USING btree (conversation_id, created_at);

CREATE INDEX advisor_messages_job_idx ON public.advisor_messages USING btree (job_id) WHERE (job_id IS NOT NULL);

CREATE INDEX advisor_messages_object_idx ON public.advisor_messages USING btree (object_id) WHERE (object_id IS NOT NULL);

CREATE INDEX api_requests_created_idx ON public.api_requests USING btree (created_at);

CREATE INDEX api_tokens_brand_id_idx ON public.api_tokens USING btree (brand_id);

CREATE INDEX api_tokens_user_id_idx ON public.api_tokens USING btree (user_id);

CREATE INDEX audit_log_brand_idx ON public.audit_log USING btree (brand_id, happened_at);

CREATE INDEX audit_log_user_idx ON public.audit_log USING btree (user_id);

CREATE INDEX batches_brand_id_idx ON public.batches USING btree (brand_id, created_at);

CREATE INDEX batches_created_at_idx ON public.batches USING btree (created_at);

CREATE INDEX batches_user_id_idx ON public.batches USING btree (user_id);

CREATE INDEX billing_events_received_idx ON public.billing_events USING btree (received_at);

CREATE INDEX brand_members_user_id_idx ON public.brand_members USING btree (user_id);

CREATE INDEX brands_created_at_idx ON public.brands USING btree (created_at);

CREATE INDEX brands_demo_idx ON public.brands USING btree (id) WHERE is_demo;

CREATE INDEX brands_mrr_idx ON public.brands USING btree (mrr DESC, name);

CREATE INDEX collection_items_item_id_idx ON public.collection_items USING btree (item_id);

CREATE INDEX collections_user_id_idx ON public.collections USING btree (user_id);

CREATE INDEX credit_accounts_resets_on_idx ON public.credit_accounts USING btree (resets_on) WHERE (free_per_month > 0);

CREATE INDEX credit_ledger_account_idx ON public.credit_ledger USING btree (account_id, created_at);

CREATE INDEX credit_ledger_lot_idx ON public.credit_ledger USING btree (lot_id);

CREATE UNIQUE INDEX credit_ledger_once_key ON public.credit_ledger USING btree (job_id, lot_id, kind) WHERE (job_id IS NOT NULL);

CREATE INDEX credit_lots_account_idx ON public.credit_lots USING btree (account_id, kind, created_at);

CREATE UNIQUE INDEX credit_lots_one_free_key ON public.credit_lots USING btree (account_id) WHERE ((kind = 'free'::text) AND (closed_at IS NULL));

CREATE INDEX credit_lots_payment_idx ON public.credit_lots USING btree (payment_id) WHERE (payment_id IS NOT NULL);

CREATE INDEX dataset_sessions_brand_idx ON ONLY public.dataset_sessions USING btree (brand_id, category, session_hour);

CREATE INDEX dataset_sessions_other_brand_id_category_session_hour_idx ON public.dataset_sessions_other USING btree (brand_id, category, session_hour);

CREATE UNIQUE INDEX job_attempts_one_open_key ON public.job_attempts USING btree (job_id) WHERE (ended_at IS NULL);

CREATE INDEX job_attempts_started_idx ON public.job_attempts USING btree (started_at);

CREATE INDEX job_outputs_favorites_idx ON public.job_outputs USING btree (created_at) WHERE is_favorite;

CREATE INDEX job_outputs_object_idx ON public.job_outputs USING btree (object_id);

CREATE INDEX job_pairs_brand_draw_idx ON public.job_pairs USING btree (brand_id, draw_key);

CREATE INDEX job_pairs_draw_idx ON public.job_pairs USING btree (draw_key);

CREATE INDEX job_pairs_other_idx ON public.job_pairs USING btree (other_job_id);

CREATE INDEX mrr_movements_day_idx ON public.mrr_movements USING btree (policy, day);

CREATE INDEX nps_responses_answered_idx ON public.nps_responses USING btree (answered_at, id);

CREATE INDEX nps_responses_brand_idx ON public.nps_responses USING btree (brand_id, answered_at, id);

CREATE INDEX nps_responses_user_idx ON public.nps_responses USING btree (user_id);

CREATE INDEX pair_votes_brand_idx ON public.pair_votes USING btree (brand_id);

CREATE INDEX pair_votes_voter_idx ON public.pair_votes USING btree (voter_id);

CREATE INDEX payments_brand_idx ON public.payments USING btree (brand_id, created_at);

CREATE INDEX payments_created_at_idx ON public.payments USING btree (created_at);

CREATE INDEX payments_status_idx ON public.payments USING btree (status);

CREATE INDEX payments_subscription_idx ON public.payments USING btree (subscription_id);

CREATE INDEX payments_user_idx ON public.payments USING btree (user_id);

CREATE INDEX persona_pictures_object_id_idx ON public.persona_pictures USING btree (object_id);

CREATE INDEX personas_brand_id_idx ON public.personas USING btree (brand_id);

CREATE INDEX personas_user_id_idx ON public.personas USING btree (user_id);

CREATE INDEX photo_sets_brand_id_idx ON public.photo_sets USING btree (brand_id);

CREATE INDEX photo_sets_persona_id_idx ON public.photo_sets USING btree (persona_id);

CREATE INDEX photo_sets_user_id_idx ON public.photo_sets USING btree (user_id);

CREATE INDEX product_images_object_id_idx ON public.product_images USING btree (object_id);

CREATE UNIQUE INDEX product_images_one_primary_key ON public.product_images USING btree (product_id) WHERE is_primary;

CREATE INDEX products_any_category_idx ON public.products USING btree (category, created_at DESC, id DESC);

CREATE INDEX products_brand_created_idx ON public.products USING btree (brand_id, created_at DESC, id DESC);

CREATE INDEX products_category_idx ON public.products USING btree (brand_id, category, created_at DESC, id DESC);

CREATE INDEX products_created_idx ON public.products USING btree (created_at DESC, id DESC);

CREATE INDEX products_custom_fields_idx ON public.products USING gin (custom_fields);

CREATE INDEX products_tags_idx ON public.products USING gin (tags);

CREATE INDEX products_words_idx ON public.products USING gin (words);

CREATE INDEX purchase_returns_brand_idx ON public.purchase_returns USING btree (brand_id, returned_at);

CREATE UNIQUE INDEX purchase_returns_once_key ON public.purchase_returns USING btree (brand_id, return_id);

CREATE INDEX purchase_returns_purchase_idx ON public.purchase_returns USING btree (purchase_id);

CREATE INDEX purchases_brand_time_idx ON public.purchases USING btree (brand_id, purchased_at);

CREATE INDEX purchases_shopper_idx ON public.purchases USING btree (brand_id, user_id, purchased_at);

CREATE INDEX purchases_time_idx ON public.purchases USING btree (purchased_at, id);

CREATE INDEX purchases_user_idx ON public.purchases USING btree (user_id);

CREATE INDEX review_draws_job_idx ON public.review_draws USING btree (job_id);

CREATE INDEX review_draws_open_idx ON public.review_draws USING btree (reviewer_id, drawn_at) WHERE (reviewed_at IS NULL);

CREATE INDEX review_draws_reviewed_idx ON public.review_draws USING btree (reviewer_id, drawn) WHERE (reviewed_at IS NOT NULL);

CREATE INDEX reviewable_jobs_brand_draw_idx ON public.reviewable_jobs USING btree (brand_id, draw_key);

CREATE INDEX reviewable_jobs_brand_newest_idx ON public.reviewable_jobs USING btree (brand_id, is_reviewed, completed_at DESC, job_id DESC);

CREATE INDEX reviewable_jobs_brand_uncertain_idx ON public.reviewable_jobs USING btree (brand_id, is_reviewed, uncertainty DESC, job_id DESC);

CREATE INDEX reviewable_jobs_disputed_idx ON public.reviewable_jobs USING btree (completed_at DESC, job_id DESC) WHERE is_disputed;

CREATE INDEX reviewable_jobs_draw_idx ON public.reviewable_jobs USING btree (draw_key);

CREATE INDEX reviewable_jobs_inputs_idx ON public.reviewable_jobs USING btree (inputs_key);

CREATE INDEX reviewable_jobs_newest_idx ON public.reviewable_jobs USING btree (is_reviewed, completed_at DESC, job_id DESC);

CREATE INDEX reviewable_jobs_uncertain_idx ON public.reviewable_jobs USING btree (is_reviewed, uncertainty DESC, job_id DESC);

CREATE INDEX reviewable_jobs_visitor_idx ON public.reviewable_jobs USING btree (visitor_id) WHERE (visitor_id IS NOT NULL);

CREATE INDEX reviews_brand_idx ON public.reviews USING btree (brand_id, created_at);

CREATE INDEX reviews_job_id_idx ON public.reviews USING btree (job_id, reviewer_id, created_at);

CREATE INDEX reviews_reviewer_created_idx ON public.reviews USING btree (reviewer_id, created_at DESC, id DESC);

CREATE INDEX rollup_answers_by_time_idx ON public.rollup_answers USING btree (grain, starts_on, in_view) INCLUDE (answers, promoters, detractors);

CREATE INDEX rollup_cells_by_time_idx ON public.rollup_cells USING btree (grain, origin, starts_on) INCLUDE (in_view, launched, completed, failed, canceled, rated, confidence_sum) WHERE ((category = 'all'::text) AND (device = 'all'::text));

CREATE INDEX rollup_cells_parts_idx ON public.rollup_cells USING btree (category, device, grain, origin, starts_on, in_view) INCLUDE (launched, completed, failed, canceled) WHERE ((category <> 'all'::text) OR (device <> 'all'::text));

CREATE INDEX rollup_cohorts_sizes_idx ON public.rollup_cohorts USING btree (grain, cohort, in_view) INCLUDE (shoppers) WHERE ((split = 'none'::text) AND (number = 0));

CREATE INDEX rollup_completions_before_idx ON public.rollup_completions USING btree (previous_day, in_view, day) INCLUDE (shoppers, converted) WHERE ((grain = 'day'::text) AND (previous_day > '-infinity'::date));

CREATE INDEX rollup_completions_months_idx ON public.rollup_completions USING btree (previous_day, day, in_view) INCLUDE (shoppers, converted) WHERE (grain = 'month'::text);

CREATE INDEX rollup_curves_in_view_idx ON public.rollup_curves USING btree (in_view) WHERE (until = 'infinity'::date);

CREATE INDEX rollup_curves_month_in_view_margins_usd_idx ON public.rollup_curves USING btree (month, in_view) INCLUDE (margins_usd);

CREATE INDEX rollup_returns_by_time_idx ON public.rollup_returns USING btree (grain, cohort, in_view) INCLUDE (shoppers, day_1, day_7, day_30) WHERE (split = 'none'::text);

CREATE INDEX rollup_revenue_by_time_idx ON public.rollup_revenue USING btree (starts_on, in_view) INCLUDE (purchase_count) WHERE ((model = 'last'::text) AND (grain = 'day'::text));

CREATE INDEX rollup_spend_by_time_idx ON public.rollup_spend USING btree (grain, starts_on, in_view) INCLUDE (spend_usd);

CREATE INDEX rollup_studio_by_time_idx ON public.rollup_studio USING btree (in_view, grain, starts_on) INCLUDE (product_id, completed, failed, credits, cost_sum) WHERE (product_id <> public.every_product());

CREATE INDEX rollup_verdicts_by_time_idx ON public.rollup_verdicts USING btree (grain, starts_on) INCLUDE (in_view, origin, verdicts, approved) WHERE ((category = 'all'::text) AND (device = 'all'::text));

CREATE INDEX sessions_expires_at_idx ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_user_id_idx ON public.sessions USING btree (user_id);

CREATE INDEX shopper_days_converted_idx ON public.shopper_days USING btree (day, in_view, user_id) INCLUDE (previous_completion, in_all) WHERE converted;

CREATE INDEX shopper_days_launches_idx ON public.shopper_days USING btree (day, in_view, user_id) INCLUDE (previous_launch, furthest, in_all) WHERE (furthest IS NOT NULL);

CREATE INDEX shoppers_by_time_idx ON public.shoppers USING btree (first_job_at, user_id);

CREATE INDEX shoppers_first_job_idx ON public.shoppers USING btree (brand_id, first_job_at);

CREATE INDEX shoppers_user_id_idx ON public.shoppers USING btree (user_id);

CREATE INDEX sign_in_attempts_account_idx ON public.sign_in_attempts USING btree (account_hash, address_hash, attempted_at);

CREATE INDEX sign_in_attempts_address_idx ON public.sign_in_attempts USING btree (address_hash, attempted_at);

CREATE INDEX stored_objects_brand_id_idx ON public.stored_objects USING btree (brand_id);

CREATE INDEX stored_objects_brand_results_idx ON public.stored_objects USING btree (brand_id, created_at, id) WHERE (kind = 'result'::text);

CREATE INDEX stored_objects_expires_at_idx ON public.stored_objects USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX stored_objects_results_idx ON public.stored_objects USING btree (created_at, id) WHERE (kind = 'result'::text);

CREATE INDEX stored_objects_selfies_idx ON public.stored_objects USING btree (brand_id, created_at) WHERE ((kind = 'selfie'::text) AND (user_id IS NULL));

CREATE INDEX stored_objects_user_id_idx ON public.stored_objects USING btree (user_id);

CREATE INDEX stored_objects_user_results_idx ON public.stored_objects USING btree (user_id, created_at, id) WHERE ((kind = 'result'::text) AND (brand_id IS NULL));

CREATE INDEX subscription_history_brand_idx ON public.subscription_history USING btree (brand_id, effective_at, id);

CREATE INDEX subscription_history_subscription_idx ON public.subscription_history USING btree (subscription_id);

CREATE INDEX subscriptions_brand_id_idx ON public.subscriptions USING btree (brand_id);

CREATE INDEX subscriptions_period_end_idx ON public.subscriptions USING btree (current_period_end);

CREATE INDEX subscriptions_plan_id_idx ON public.subscriptions USING btree (plan_id);

CREATE INDEX subscriptions_status_idx ON public.subscriptions USING btree (status);

CREATE INDEX touches_brand_time_idx ON public.touches USING btree (brand_id, touched_at);

CREATE INDEX touches_job_idx ON public.touches USING btree (job_id) WHERE (job_id IS NOT NULL);

CREATE INDEX touches_shopper_idx ON public.touches USING btree (brand_id, user_id, touched_at);

CREATE INDEX touches_user_idx ON public.touches USING btree (user_id);

CREATE INDEX tryon_garments_item_idx ON public.tryon_garments USING btree (item_id) WHERE (item_id IS NOT NULL);

CREATE INDEX tryon_garments_object_idx ON public.tryon_garments USING btree (object_id) WHERE (object_id IS NOT NULL);

CREATE INDEX tryon_garments_product_idx ON public.tryon_garments USING btree (product_id) WHERE (product_id IS NOT NULL);

CREATE INDEX tryon_jobs_batch_idx ON public.tryon_jobs USING btree (batch_id) WHERE (batch_id IS NOT NULL);

CREATE INDEX tryon_jobs_bin_idx ON public.tryon_jobs USING btree (confidence_bin, finished_at) WHERE (confidence_bin IS NOT NULL);

CREATE INDEX tryon_jobs_brand_bin_idx ON public.tryon_jobs USING btree (brand_id, confidence_bin, finished_at) WHERE (confidence_bin IS NOT NULL);

CREATE INDEX tryon_jobs_brand_created_idx ON public.tryon_jobs USING btree (brand_id, created_at);

CREATE INDEX tryon_jobs_brand_finished_idx ON public.tryon_jobs USING btree (brand_id, finished_at) WHERE (finished_at IS NOT NULL);

CREATE INDEX tryon_jobs_created_at_idx ON public.tryon_jobs USING btree (created_at);

CREATE INDEX tryon_jobs_finished_at_idx ON public.tryon_jobs USING btree (finished_at) WHERE (finished_at IS NOT NULL);

CREATE UNIQUE INDEX tryon_jobs_idempotency_key ON public.tryon_jobs USING btree (brand_id, user_id, idempotency_key) NULLS NOT DISTINCT WHERE (idempotency_key IS NOT NULL);

CREATE INDEX tryon_jobs_open_idx ON public.tryon_jobs USING btree (status, priority DESC, created_at) WHERE (status = ANY (ARRAY['queued'::public.job_status, 'processing'::public.job_status]));

CREATE INDEX tryon_jobs_persona_idx ON public.tryon_jobs USING btree (persona_id) WHERE (persona_id IS NOT NULL);

CREATE INDEX tryon_jobs_photo_set_idx ON public.tryon_jobs USING btree (photo_set_id) WHERE (photo_set_id IS NOT NULL);

CREATE INDEX tryon_jobs_product_idx ON public.tryon_jobs USING btree (product_id) WHERE (product_id IS NOT NULL);

CREATE INDEX tryon_jobs_selfie_idx ON public.tryon_jobs USING btree (selfie_object_id) WHERE (selfie_object_id IS NOT NULL);

CREATE INDEX tryon_jobs_user_idx ON public.tryon_jobs USING btree (user_id, created_at);

CREATE INDEX user_identities_user_id_idx ON public.user_identities USING btree (user_id);

CREATE INDEX users_created_at_idx ON public.users USING btree (created_at);

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower(email)) WHERE (email IS NOT NULL);

CREATE INDEX verdict_facts_brand_idx ON public.verdict_facts USING btree (brand_id, finished_at, job_id) INCLUDE (origin, category, device, drawn_at_random, confidence, approved);

CREATE INDEX verdict_facts_brand_worst_idx ON public.verdict_facts USING btree (brand_id, confidence, finished_at DESC, job_id DESC) INCLUDE (origin, category, device) WHERE (NOT approved);

CREATE INDEX verdict_facts_finished_idx ON public.verdict_facts USING btree (finished_at);

CREATE INDEX verdict_facts_worst_idx ON public.verdict_facts USING btree (confidence, finished_at DESC) WHERE (NOT approved);

CREATE INDEX verification_tokens_user_id_idx ON public.verification_tokens USING btree (user_id);

CREATE INDEX wardrobe_items_ai_tags_idx ON public.wardrobe_items USING gin (ai_tags);

CREATE INDEX wardrobe_items_brand_id_idx ON public.wardrobe_items USING btree (brand_id);

CREATE INDEX wardrobe_items_created_at_idx ON public.wardrobe_items USING btree (created_at);

CREATE INDEX wardrobe_items_source_job_idx ON public.wardrobe_items USING btree (source_job_id) WHERE (source_job_id IS NOT NULL);

CREATE INDEX wardrobe_items_user_category_idx ON public.wardrobe_items USING btree (user_id, category);

CREATE INDEX webhook_deliveries_brand_idx ON public.webhook_deliveries USING btree (brand_id, created_at);

CREATE INDEX webhook_deliveries_due_idx ON public.webhook_deliveries USING btree (due_at) WHERE (status = 'pending'::text);

CREATE INDEX webhook_deliveries_finished_idx ON public.webhook_deliveries USING btree (finished_at) WHERE (finished_at IS NOT NULL);

CREATE INDEX webhook_deliveries_job_idx ON public.webhook_deliveries USING btree (job_id) WHERE (job_id IS NOT NULL);

CREATE INDEX webhook_deliveries_user_idx ON public.webhook_deliveries USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX webhook_deliveries_webhook_idx ON public.webhook_deliveries USING btree (webhook_id, created_at);

CREATE INDEX webhooks_brand_id_idx ON public.webhooks USING btree (brand_id);

ALTER INDEX public.dataset_sessions_brand_idx ATTACH PARTITION public.dataset_sessions_other_brand_id_category_session_hour_idx;

ALTER INDEX public.dataset_sessions_pkey ATTACH PARTITION public.dataset_sessions_other_pkey;

CREATE OR REPLACE VIEW public.photo_set_progress WITH (security_invoker='true') AS
 SELECT s.id AS photo_set_id,
    s.brand_id,
    s.user_id,
    s.photo_count,
    count(j.id) FILTER (WHERE (j.status = 'completed'::public.job_status)) AS completed_count,
    count(j.id) FILTER (WHERE (j.status = 'failed'::public.job_status)) AS failed_count,
        CASE
            WHEN (count(j.id) FILTER (WHERE (j.status = ANY (ARRAY['queued'::public.job_status, 'processing'::public.job_status]))) > 0) THEN 'processing'::text
            WHEN (count(j.id) FILTER (WHERE (j.status = 'completed'::public.job_status)) >= s.photo_count) THEN 'completed'::text
            WHEN (count(j.id) > 0) THEN 'failed'::text
            ELSE 'processing'::text
        END AS status
   FROM (public.photo_sets s
     LEFT JOIN public.tryon_jobs j ON ((s.id = j.photo_set_id)))
  GROUP BY s.id;

CREATE TRIGGER acquisition_spend_queue_deletes AFTER DELETE ON public.acquisition_spend REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_spend_changes();

CREATE TRIGGER acquisition_spend_queue_inserts AFTER INSERT ON public.acquisition_spend REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_spend_changes();

CREATE TRIGGER acquisition_spend_queue_updates AFTER UPDATE ON public.acquisition_spend REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_spend_changes();

CREATE TRIGGER brands_queue_changes AFTER UPDATE ON public.brands FOR EACH ROW WHEN (((old.gross_margin <> new.gross_margin) OR (old.is_demo <> new.is_demo))) EXECUTE FUNCTION public.queue_brand_changes();

CREATE TRIGGER brands_updated_at BEFORE UPDATE ON public.brands FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER credit_ledger_applied AFTER INSERT ON public.credit_ledger FOR EACH ROW EXECUTE FUNCTION public.apply_ledger_row();

CREATE TRIGGER job_outputs_note_reviewable AFTER INSERT OR DELETE ON public.job_outputs FOR EACH ROW EXECUTE FUNCTION public.note_output();

CREATE TRIGGER nps_responses_queue_deletes AFTER DELETE ON public.nps_responses REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_answer_changes();

CREATE TRIGGER nps_responses_queue_inserts AFTER INSERT ON public.nps_responses REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_answer_changes();

CREATE TRIGGER nps_responses_queue_updates AFTER UPDATE ON public.nps_responses REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_answer_changes();

CREATE TRIGGER payments_updated_at BEFORE UPDATE ON public.payments FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER personas_updated_at BEFORE UPDATE ON public.personas FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER products_updated_at BEFORE UPDATE ON public.products FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER purchase_returns_queue_deletes AFTER DELETE ON public.purchase_returns REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_return_changes();

CREATE TRIGGER purchase_returns_queue_inserts AFTER INSERT ON public.purchase_returns REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_return_changes();

CREATE TRIGGER purchase_returns_queue_updates AFTER UPDATE ON public.purchase_returns REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_return_changes();

CREATE TRIGGER purchases_queue_deletes AFTER DELETE ON public.purchases REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER purchases_queue_inserts AFTER INSERT ON public.purchases REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER purchases_queue_updates AFTER UPDATE ON public.purchases REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER review_tallies_queue_deletes AFTER DELETE ON public.review_tallies REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_agreement_changes();

CREATE TRIGGER review_tallies_queue_inserts AFTER INSERT ON public.review_tallies REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_agreement_changes();

CREATE TRIGGER review_tallies_queue_updates AFTER UPDATE ON public.review_tallies REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_agreement_changes();

CREATE TRIGGER reviews_note_deletes AFTER DELETE ON public.reviews REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.note_review_changes();

CREATE TRIGGER reviews_note_inserts AFTER INSERT ON public.reviews REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.note_review_changes();

CREATE TRIGGER reviews_note_updates AFTER UPDATE ON public.reviews REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.note_review_changes();

CREATE TRIGGER reviews_queue_deletes AFTER DELETE ON public.reviews REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_review_changes();

CREATE TRIGGER reviews_queue_inserts AFTER INSERT ON public.reviews REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_review_changes();

CREATE TRIGGER reviews_queue_updates AFTER UPDATE ON public.reviews REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_review_changes();

CREATE TRIGGER shoppers_queue_deletes AFTER DELETE ON public.shoppers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER shoppers_queue_inserts AFTER INSERT ON public.shoppers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER shoppers_queue_updates AFTER UPDATE ON public.shoppers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER stored_objects_deleted AFTER DELETE ON public.stored_objects FOR EACH ROW EXECUTE FUNCTION public.request_object_deletion();

CREATE TRIGGER subscription_history_deleted AFTER DELETE ON public.subscription_history REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.rederive_movements();

CREATE TRIGGER subscription_history_inserted AFTER INSERT ON public.subscription_history REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.rederive_movements();

CREATE TRIGGER subscription_history_updated AFTER UPDATE ON public.subscription_history REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.rederive_movements();

CREATE TRIGGER subscriptions_changed_at BEFORE UPDATE ON public.subscriptions FOR EACH ROW EXECUTE FUNCTION public.set_subscription_changed_at();

CREATE TRIGGER subscriptions_followed AFTER INSERT OR DELETE OR UPDATE ON public.subscriptions FOR EACH ROW EXECUTE FUNCTION public.follow_subscription();

CREATE TRIGGER touches_queue_deletes AFTER DELETE ON public.touches REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER touches_queue_inserts AFTER INSERT ON public.touches REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER touches_queue_updates AFTER UPDATE ON public.touches REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_shopper_changes();

CREATE TRIGGER tryon_jobs_announce AFTER UPDATE OF status ON public.tryon_jobs FOR EACH ROW WHEN (((new.brand_id IS NOT NULL) AND (old.status = ANY (ARRAY['queued'::public.job_status, 'processing'::public.job_status])) AND (new.status = ANY (ARRAY['completed'::public.job_status, 'failed'::public.job_status, 'canceled'::public.job_status])))) EXECUTE FUNCTION public.announce_job();

CREATE TRIGGER tryon_jobs_end_attempt AFTER UPDATE OF status ON public.tryon_jobs FOR EACH ROW WHEN (((old.status = 'processing'::public.job_status) AND (new.status = ANY (ARRAY['completed'::public.job_status, 'failed'::public.job_status, 'canceled'::public.job_status])))) EXECUTE FUNCTION public.end_open_attempt();

CREATE TRIGGER tryon_jobs_end_credits AFTER UPDATE OF status ON public.tryon_jobs FOR EACH ROW WHEN (((old.status = ANY (ARRAY['queued'::public.job_status, 'processing'::public.job_status])) AND (new.status = ANY (ARRAY['completed'::public.job_status, 'failed'::public.job_status, 'canceled'::public.job_status])))) EXECUTE FUNCTION public.end_job_credits();

CREATE TRIGGER tryon_jobs_forget_shoppers AFTER DELETE ON public.tryon_jobs REFERENCING OLD TABLE AS old_jobs FOR EACH STATEMENT EXECUTE FUNCTION public.forget_first_jobs();

CREATE TRIGGER tryon_jobs_note_reviewable AFTER UPDATE OF status ON public.tryon_jobs FOR EACH ROW WHEN (((new.status = 'completed'::public.job_status) AND (old.status <> 'completed'::public.job_status))) EXECUTE FUNCTION public.note_finished_job();

CREATE TRIGGER tryon_jobs_note_shoppers AFTER INSERT ON public.tryon_jobs REFERENCING NEW TABLE AS new_jobs FOR EACH STATEMENT EXECUTE FUNCTION public.note_shoppers();

CREATE TRIGGER tryon_jobs_queue_deletes AFTER DELETE ON public.tryon_jobs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_job_changes();

CREATE TRIGGER tryon_jobs_queue_inserts AFTER INSERT ON public.tryon_jobs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_job_changes();

CREATE TRIGGER tryon_jobs_queue_updates AFTER UPDATE ON public.tryon_jobs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_job_changes();

CREATE TRIGGER tryon_jobs_reserve AFTER INSERT ON public.tryon_jobs FOR EACH ROW WHEN (((new.status = ANY (ARRAY['queued'::public.job_status, 'processing'::public.job_status])) AND (new.credits > 0))) EXECUTE FUNCTION public.reserve_job_credits();

CREATE TRIGGER tryon_jobs_transition BEFORE UPDATE ON public.tryon_jobs FOR EACH ROW EXECUTE FUNCTION public.check_job_transition();

CREATE TRIGGER users_forget_return_ids BEFORE DELETE ON public.users FOR EACH ROW WHEN ((old.role <> 'tombstone'::public.user_role)) EXECUTE FUNCTION public.forget_return_ids();

CREATE TRIGGER users_leave_tombstone BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION public.leave_tombstone();

CREATE TRIGGER users_open_credit_account AFTER INSERT ON public.users FOR EACH ROW WHEN ((new.role = ANY (ARRAY['shopper'::public.user_role, 'demo_viewer'::public.user_role]))) EXECUTE FUNCTION public.open_shopper_account();

CREATE TRIGGER users_updated_at BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER wardrobe_items_queue_deletes AFTER DELETE ON public.wardrobe_items REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_look_changes();

CREATE TRIGGER wardrobe_items_queue_inserts AFTER INSERT ON public.wardrobe_items REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_look_changes();

CREATE TRIGGER wardrobe_items_queue_updates AFTER UPDATE ON public.wardrobe_items REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.queue_look_changes();

CREATE TRIGGER wardrobe_items_updated_at BEFORE UPDATE ON public.wardrobe_items FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

ALTER TABLE ONLY public.acquisition_spend
    ADD CONSTRAINT acquisition_spend_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.advisor_conversations
    ADD CONSTRAINT advisor_conversations_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.advisor_conversations
    ADD CONSTRAINT advisor_conversations_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.advisor_messages
    ADD CONSTRAINT advisor_messages_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.advisor_conversations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.advisor_messages
    ADD CONSTRAINT advisor_messages_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.advisor_messages
    ADD CONSTRAINT advisor_messages_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_objects(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.api_requests
    ADD CONSTRAINT api_requests_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.api_tokens(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.brand_members
    ADD CONSTRAINT brand_members_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.brand_members
    ADD CONSTRAINT brand_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.brands
    ADD CONSTRAINT brands_owner_user_id_fkey FOREIGN KEY (owner_user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.collection_items
    ADD CONSTRAINT collection_items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.collection_items
    ADD CONSTRAINT collection_items_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.wardrobe_items(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_cover_object_id_fkey FOREIGN KEY (cover_object_id) REFERENCES public.stored_objects(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_accounts
    ADD CONSTRAINT credit_accounts_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_accounts
    ADD CONSTRAINT credit_accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_ledger
    ADD CONSTRAINT credit_ledger_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.credit_accounts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_ledger
    ADD CONSTRAINT credit_ledger_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.credit_ledger
    ADD CONSTRAINT credit_ledger_lot_id_fkey FOREIGN KEY (lot_id) REFERENCES public.credit_lots(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_lots
    ADD CONSTRAINT credit_lots_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.credit_accounts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.credit_lots
    ADD CONSTRAINT credit_lots_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.dataset_aggregates
    ADD CONSTRAINT dataset_aggregates_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE public.dataset_sessions
    ADD CONSTRAINT dataset_sessions_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.job_attempts
    ADD CONSTRAINT job_attempts_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_outputs
    ADD CONSTRAINT job_outputs_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_outputs
    ADD CONSTRAINT job_outputs_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_objects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_pairs
    ADD CONSTRAINT job_pairs_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.job_pairs
    ADD CONSTRAINT job_pairs_one_job_id_fkey FOREIGN KEY (one_job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_pairs
    ADD CONSTRAINT job_pairs_other_job_id_fkey FOREIGN KEY (other_job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.model_versions
    ADD CONSTRAINT model_versions_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mrr_movements
    ADD CONSTRAINT mrr_movements_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.nps_responses
    ADD CONSTRAINT nps_responses_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.nps_responses
    ADD CONSTRAINT nps_responses_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.pair_votes
    ADD CONSTRAINT pair_votes_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.pair_votes
    ADD CONSTRAINT pair_votes_pair_id_fkey FOREIGN KEY (pair_id) REFERENCES public.job_pairs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.pair_votes
    ADD CONSTRAINT pair_votes_voter_id_fkey FOREIGN KEY (voter_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES public.subscriptions(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.persona_pictures
    ADD CONSTRAINT persona_pictures_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_objects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.persona_pictures
    ADD CONSTRAINT persona_pictures_persona_id_fkey FOREIGN KEY (persona_id) REFERENCES public.personas(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.personas
    ADD CONSTRAINT personas_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.personas
    ADD CONSTRAINT personas_thumbnail_object_id_fkey FOREIGN KEY (thumbnail_object_id) REFERENCES public.stored_objects(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.personas
    ADD CONSTRAINT personas_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.photo_sets
    ADD CONSTRAINT photo_sets_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.photo_sets
    ADD CONSTRAINT photo_sets_persona_id_fkey FOREIGN KEY (persona_id) REFERENCES public.personas(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.photo_sets
    ADD CONSTRAINT photo_sets_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.picture_embeddings
    ADD CONSTRAINT picture_embeddings_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_objects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.product_images
    ADD CONSTRAINT product_images_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_objects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.product_images
    ADD CONSTRAINT product_images_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.products
    ADD CONSTRAINT products_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.purchase_returns
    ADD CONSTRAINT purchase_returns_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.purchase_returns
    ADD CONSTRAINT purchase_returns_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchases(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.review_draws
    ADD CONSTRAINT review_draws_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.review_draws
    ADD CONSTRAINT review_draws_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.review_draws
    ADD CONSTRAINT review_draws_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.review_tallies
    ADD CONSTRAINT review_tallies_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.review_tallies
    ADD CONSTRAINT review_tallies_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reviewable_jobs
    ADD CONSTRAINT reviewable_jobs_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.reviewable_jobs
    ADD CONSTRAINT reviewable_jobs_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reviewable_jobs
    ADD CONSTRAINT reviewable_jobs_visitor_id_fkey FOREIGN KEY (visitor_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.shoppers
    ADD CONSTRAINT shoppers_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.shoppers
    ADD CONSTRAINT shoppers_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.stored_objects
    ADD CONSTRAINT stored_objects_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.stored_objects
    ADD CONSTRAINT stored_objects_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.subscription_history
    ADD CONSTRAINT subscription_history_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.subscription_history
    ADD CONSTRAINT subscription_history_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plans(id);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plans(id);

ALTER TABLE ONLY public.touches
    ADD CONSTRAINT touches_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.touches
    ADD CONSTRAINT touches_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.touches
    ADD CONSTRAINT touches_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.tryon_garments
    ADD CONSTRAINT tryon_garments_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.wardrobe_items(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_garments
    ADD CONSTRAINT tryon_garments_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.tryon_garments
    ADD CONSTRAINT tryon_garments_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_objects(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_garments
    ADD CONSTRAINT tryon_garments_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.batches(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id);

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_persona_id_fkey FOREIGN KEY (persona_id) REFERENCES public.personas(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_photo_set_id_fkey FOREIGN KEY (photo_set_id) REFERENCES public.photo_sets(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_selfie_object_id_fkey FOREIGN KEY (selfie_object_id) REFERENCES public.stored_objects(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tryon_jobs
    ADD CONSTRAINT tryon_jobs_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.user_identities
    ADD CONSTRAINT user_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.user_passwords
    ADD CONSTRAINT user_passwords_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verification_tokens
    ADD CONSTRAINT verification_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.wardrobe_items
    ADD CONSTRAINT wardrobe_items_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.wardrobe_items
    ADD CONSTRAINT wardrobe_items_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_objects(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.wardrobe_items
    ADD CONSTRAINT wardrobe_items_source_job_id_fkey FOREIGN KEY (source_job_id) REFERENCES public.tryon_jobs(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.wardrobe_items
    ADD CONSTRAINT wardrobe_items_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_attempts
    ADD CONSTRAINT webhook_attempts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.webhook_deliveries(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.tryon_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brands(id) ON DELETE CASCADE;

ALTER TABLE public.acquisition_spend ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.advisor_conversations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.advisor_messages ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agreement_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.answer_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.batches ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.benchmarks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.billing_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.brand_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.brands ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.credit_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.credit_ledger ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.credit_lots ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.dataset_aggregates ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.dataset_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.job_attempts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.job_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.job_outputs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.job_pairs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.model_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.mrr_movements ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.nps_responses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.object_deletions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.pair_votes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.payments ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.persona_pictures ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.personas ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.photo_sets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.picture_embeddings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.product_images ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.products ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.purchase_facts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.purchase_returns ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.purchases ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.review_draws ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.review_tallies ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reviewable_jobs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reviews ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_active ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_agreement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_answers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_cells ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_cohorts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_completion_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_completions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_confidence ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_curves ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_engines ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_failures ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_hours ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_launches ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_next_completions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_reasons ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_rejections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_returns ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_revenue ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_speed ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_spend ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_state ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_studio ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_value ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.rollup_verdicts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.shopper_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.shopper_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.shoppers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sign_in_attempts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.spend_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stored_objects ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.subscription_history ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.subscriptions ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON public.acquisition_spend FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.advisor_conversations FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.advisor_messages TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.advisor_conversations c
  WHERE (c.id = advisor_messages.conversation_id)))) WITH CHECK ((EXISTS ( SELECT
   FROM public.advisor_conversations c
  WHERE (c.id = advisor_messages.conversation_id))));

CREATE POLICY tenant ON public.api_requests TO closetai_app, closetai_reader USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant ON public.api_tokens FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.audit_log FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.batches FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.benchmarks FOR SELECT TO closetai_app, closetai_reader USING (true);

CREATE POLICY tenant ON public.billing_events TO closetai_app, closetai_reader USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant ON public.brand_members FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.brands FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (is_demo AND ( SELECT public.scope_sees_demo() AS scope_sees_demo)) OR ((id = ANY (( SELECT public.scope_listed_brands() AS scope_listed_brands)::uuid[])) AND (is_demo OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo))))));

CREATE POLICY tenant ON public.collection_items TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.collections c
  WHERE (c.id = collection_items.collection_id)))) WITH CHECK ((EXISTS ( SELECT
   FROM public.collections c
  WHERE (c.id = collection_items.collection_id))));

CREATE POLICY tenant ON public.collections TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.credit_accounts FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.credit_ledger TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.credit_accounts a
  WHERE (a.id = credit_ledger.account_id)))) WITH CHECK ((EXISTS ( SELECT
   FROM public.credit_accounts a
  WHERE (a.id = credit_ledger.account_id))));

CREATE POLICY tenant ON public.credit_lots TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.credit_accounts a
  WHERE (a.id = credit_lots.account_id)))) WITH CHECK ((EXISTS ( SELECT
   FROM public.credit_accounts a
  WHERE (a.id = credit_lots.account_id))));

CREATE POLICY tenant ON public.dataset_aggregates FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.dataset_sessions FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.job_attempts FOR SELECT TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE (j.id = job_attempts.job_id))));

CREATE POLICY tenant ON public.job_outputs FOR SELECT TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE (j.id = job_outputs.job_id))));

CREATE POLICY tenant ON public.job_pairs TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.model_versions FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ((brand_id IS NULL) AND ((NOT ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)) OR (( SELECT public.scope_user() AS scope_user) IS NOT NULL)))));

CREATE POLICY tenant ON public.mrr_movements TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.nps_responses FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.object_deletions TO closetai_app, closetai_reader USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant ON public.pair_votes FOR SELECT TO closetai_app, closetai_reader USING ((((NOT is_practice) OR (voter_id = ( SELECT public.scope_user() AS scope_user))) AND (( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))));

CREATE POLICY tenant ON public.payments FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.persona_pictures FOR SELECT TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.personas p
  WHERE (p.id = persona_pictures.persona_id))));

CREATE POLICY tenant ON public.personas FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.photo_sets FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.picture_embeddings FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (EXISTS ( SELECT
   FROM public.stored_objects o
  WHERE (o.id = picture_embeddings.object_id)))));

CREATE POLICY tenant ON public.plans FOR SELECT TO closetai_app, closetai_reader USING (true);

CREATE POLICY tenant ON public.product_images FOR SELECT TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.products p
  WHERE (p.id = product_images.product_id))));

CREATE POLICY tenant ON public.products FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.purchase_returns FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (EXISTS ( SELECT
   FROM public.purchases p
  WHERE (p.id = purchase_returns.purchase_id)))));

CREATE POLICY tenant ON public.purchases FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.review_draws FOR SELECT TO closetai_app, closetai_reader USING (((reviewer_id = ( SELECT public.scope_user() AS scope_user)) OR ((NOT is_practice) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE (j.id = review_draws.job_id))))));

CREATE POLICY tenant ON public.review_tallies TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.reviewable_jobs TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (visitor_id = ( SELECT public.scope_user() AS scope_user)) OR ((visitor_id IS NULL) AND (brand_id IN ( SELECT public.scope_brands() AS scope_brands))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (visitor_id = ( SELECT public.scope_user() AS scope_user)) OR ((visitor_id IS NULL) AND (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))));

CREATE POLICY tenant ON public.reviews FOR SELECT TO closetai_app, closetai_reader USING ((((NOT is_practice) OR (reviewer_id = ( SELECT public.scope_user() AS scope_user))) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE (j.id = reviews.job_id)))));

CREATE POLICY tenant ON public.rollup_active TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_agreement TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_answers TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_cells TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_cohorts TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_completion_days TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_completions TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_confidence TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_curves TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_engines TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_failures TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_hours TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_launches TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_next_completions TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_reasons TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_rejections TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_returns TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_revenue TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_speed TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_spend TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_studio TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_value TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.rollup_verdicts TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.sessions TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.shopper_days TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand())))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (in_view IN ( SELECT public.scope_brands() AS scope_brands)) OR (( SELECT public.scope_sees_demo() AS scope_sees_demo) AND (in_view = public.every_demo_brand()))));

CREATE POLICY tenant ON public.shoppers FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.sign_in_attempts TO closetai_app, closetai_reader USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant ON public.stored_objects FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.subscription_history FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.subscriptions FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.touches FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.tryon_garments FOR SELECT TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE (j.id = tryon_garments.job_id))));

CREATE POLICY tenant ON public.tryon_jobs FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user)) OR ((origin <> 'demo'::public.job_origin) AND (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))));

CREATE POLICY tenant ON public.user_identities TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.user_passwords TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.users FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id = ( SELECT public.scope_user() AS scope_user)) OR (EXISTS ( SELECT
   FROM public.shoppers s
  WHERE (s.user_id = users.id))) OR (EXISTS ( SELECT
   FROM public.brand_members m
  WHERE (m.user_id = users.id)))));

CREATE POLICY tenant ON public.verdict_facts TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((origin <> 'demo'::public.job_origin) AND (brand_id IN ( SELECT public.scope_brands() AS scope_brands))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((origin <> 'demo'::public.job_origin) AND (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))));

CREATE POLICY tenant ON public.verification_tokens TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.wardrobe_items FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (user_id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant ON public.webhook_attempts FOR SELECT TO closetai_app, closetai_reader USING ((EXISTS ( SELECT
   FROM public.webhook_deliveries d
  WHERE (d.id = webhook_attempts.delivery_id))));

CREATE POLICY tenant ON public.webhook_deliveries FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant ON public.webhooks FOR SELECT TO closetai_app, closetai_reader USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))));

CREATE POLICY tenant_delete ON public.acquisition_spend FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.advisor_conversations FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.api_tokens FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((brand_id IS NULL) AND (user_id = ( SELECT public.scope_user() AS scope_user)))));

CREATE POLICY tenant_delete ON public.audit_log FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.batches FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))))));

CREATE POLICY tenant_delete ON public.benchmarks FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.brand_members FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.brands FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.credit_accounts FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.dataset_aggregates FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.dataset_sessions FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.job_attempts FOR DELETE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_attempts.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_delete ON public.job_outputs FOR DELETE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_outputs.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_delete ON public.model_versions FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.nps_responses FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.pair_votes FOR DELETE TO closetai_app USING (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (voter_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.job_pairs p
  WHERE ((p.id = pair_votes.pair_id) AND (p.brand_id = pair_votes.brand_id))))));

CREATE POLICY tenant_delete ON public.payments FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.persona_pictures FOR DELETE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.personas p
  WHERE ((p.id = persona_pictures.persona_id) AND ((p.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_delete ON public.personas FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.photo_sets FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.picture_embeddings FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.plans FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.product_images FOR DELETE TO closetai_app USING (((NOT ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (EXISTS ( SELECT
   FROM public.products p
  WHERE (p.id = product_images.product_id)))));

CREATE POLICY tenant_delete ON public.products FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.purchase_returns FOR DELETE TO closetai_app USING (((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) AND (EXISTS ( SELECT
   FROM public.purchases p
  WHERE ((p.id = purchase_returns.purchase_id) AND (p.brand_id = purchase_returns.brand_id))))));

CREATE POLICY tenant_delete ON public.purchases FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.review_draws FOR DELETE TO closetai_app USING (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (reviewer_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = review_draws.job_id) AND (j.brand_id = review_draws.brand_id))))));

CREATE POLICY tenant_delete ON public.reviews FOR DELETE TO closetai_app USING (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND ((reviewer_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT is_practice)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = reviews.job_id) AND (j.brand_id = reviews.brand_id))))));

CREATE POLICY tenant_delete ON public.shoppers FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.stored_objects FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.subscription_history FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.subscriptions FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.touches FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.tryon_garments FOR DELETE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = tryon_garments.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_delete ON public.tryon_jobs FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((origin <> 'demo'::public.job_origin) AND (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.users FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant_delete ON public.wardrobe_items FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_delete ON public.webhook_attempts FOR DELETE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_delete ON public.webhook_deliveries FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_delete ON public.webhooks FOR DELETE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.acquisition_spend FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.advisor_conversations FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.api_tokens FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((brand_id IS NULL) AND (user_id = ( SELECT public.scope_user() AS scope_user)))));

CREATE POLICY tenant_insert ON public.audit_log FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.batches FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))))));

CREATE POLICY tenant_insert ON public.benchmarks FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.brand_members FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.brands FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.credit_accounts FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.dataset_aggregates FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.dataset_sessions FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.job_attempts FOR INSERT TO closetai_app WITH CHECK ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_attempts.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_insert ON public.job_outputs FOR INSERT TO closetai_app WITH CHECK ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_outputs.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_insert ON public.model_versions FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.nps_responses FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.pair_votes FOR INSERT TO closetai_app WITH CHECK (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (voter_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.job_pairs p
  WHERE ((p.id = pair_votes.pair_id) AND (p.brand_id = pair_votes.brand_id))))));

CREATE POLICY tenant_insert ON public.payments FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.persona_pictures FOR INSERT TO closetai_app WITH CHECK ((EXISTS ( SELECT
   FROM public.personas p
  WHERE ((p.id = persona_pictures.persona_id) AND ((p.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_insert ON public.personas FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.photo_sets FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.picture_embeddings FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.plans FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.product_images FOR INSERT TO closetai_app WITH CHECK (((NOT ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (EXISTS ( SELECT
   FROM public.products p
  WHERE (p.id = product_images.product_id)))));

CREATE POLICY tenant_insert ON public.products FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.purchase_returns FOR INSERT TO closetai_app WITH CHECK (((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) AND (EXISTS ( SELECT
   FROM public.purchases p
  WHERE ((p.id = purchase_returns.purchase_id) AND (p.brand_id = purchase_returns.brand_id))))));

CREATE POLICY tenant_insert ON public.purchases FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.review_draws FOR INSERT TO closetai_app WITH CHECK (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (reviewer_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = review_draws.job_id) AND (j.brand_id = review_draws.brand_id))))));

CREATE POLICY tenant_insert ON public.reviews FOR INSERT TO closetai_app WITH CHECK (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND ((reviewer_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT is_practice)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = reviews.job_id) AND (j.brand_id = reviews.brand_id))))));

CREATE POLICY tenant_insert ON public.shoppers FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.stored_objects FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.subscription_history FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.subscriptions FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.touches FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.tryon_garments FOR INSERT TO closetai_app WITH CHECK ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = tryon_garments.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_insert ON public.tryon_jobs FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((origin <> 'demo'::public.job_origin) AND (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.users FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant_insert ON public.wardrobe_items FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_insert ON public.webhook_attempts FOR INSERT TO closetai_app WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_insert ON public.webhook_deliveries FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_insert ON public.webhooks FOR INSERT TO closetai_app WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.acquisition_spend FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.advisor_conversations FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.api_tokens FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((brand_id IS NULL) AND (user_id = ( SELECT public.scope_user() AS scope_user))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((brand_id IS NULL) AND (user_id = ( SELECT public.scope_user() AS scope_user)))));

CREATE POLICY tenant_update ON public.audit_log FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.batches FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands))))));

CREATE POLICY tenant_update ON public.benchmarks FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.brand_members FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.brands FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.credit_accounts FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.dataset_aggregates FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.dataset_sessions FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.job_attempts FOR UPDATE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_attempts.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo))))))) WITH CHECK ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_attempts.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_update ON public.job_outputs FOR UPDATE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_outputs.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo))))))) WITH CHECK ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = job_outputs.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_update ON public.model_versions FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.nps_responses FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.pair_votes FOR UPDATE TO closetai_app USING (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (voter_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.job_pairs p
  WHERE ((p.id = pair_votes.pair_id) AND (p.brand_id = pair_votes.brand_id)))))) WITH CHECK (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (voter_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.job_pairs p
  WHERE ((p.id = pair_votes.pair_id) AND (p.brand_id = pair_votes.brand_id))))));

CREATE POLICY tenant_update ON public.payments FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.persona_pictures FOR UPDATE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.personas p
  WHERE ((p.id = persona_pictures.persona_id) AND ((p.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo))))))) WITH CHECK ((EXISTS ( SELECT
   FROM public.personas p
  WHERE ((p.id = persona_pictures.persona_id) AND ((p.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_update ON public.personas FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.photo_sets FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.picture_embeddings FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.plans FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.product_images FOR UPDATE TO closetai_app USING (((NOT ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (EXISTS ( SELECT
   FROM public.products p
  WHERE (p.id = product_images.product_id))))) WITH CHECK (((NOT ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (EXISTS ( SELECT
   FROM public.products p
  WHERE (p.id = product_images.product_id)))));

CREATE POLICY tenant_update ON public.products FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.purchase_returns FOR UPDATE TO closetai_app USING (((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) AND (EXISTS ( SELECT
   FROM public.purchases p
  WHERE ((p.id = purchase_returns.purchase_id) AND (p.brand_id = purchase_returns.brand_id)))))) WITH CHECK (((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) AND (EXISTS ( SELECT
   FROM public.purchases p
  WHERE ((p.id = purchase_returns.purchase_id) AND (p.brand_id = purchase_returns.brand_id))))));

CREATE POLICY tenant_update ON public.purchases FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.review_draws FOR UPDATE TO closetai_app USING (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (reviewer_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = review_draws.job_id) AND (j.brand_id = review_draws.brand_id)))))) WITH CHECK (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND (reviewer_id = ( SELECT public.scope_user() AS scope_user)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = review_draws.job_id) AND (j.brand_id = review_draws.brand_id))))));

CREATE POLICY tenant_update ON public.reviews FOR UPDATE TO closetai_app USING (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND ((reviewer_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT is_practice)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = reviews.job_id) AND (j.brand_id = reviews.brand_id)))))) WITH CHECK (((is_practice = ( SELECT public.scope_is_demo() AS scope_is_demo)) AND ((reviewer_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT is_practice)) AND (EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = reviews.job_id) AND (j.brand_id = reviews.brand_id))))));

CREATE POLICY tenant_update ON public.shoppers FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.stored_objects FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.subscription_history FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.subscriptions FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.touches FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.tryon_garments FOR UPDATE TO closetai_app USING ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = tryon_garments.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo))))))) WITH CHECK ((EXISTS ( SELECT
   FROM public.tryon_jobs j
  WHERE ((j.id = tryon_garments.job_id) AND ((j.user_id = ( SELECT public.scope_user() AS scope_user)) OR (NOT ( SELECT public.scope_is_demo() AS scope_is_demo)))))));

CREATE POLICY tenant_update ON public.tryon_jobs FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((origin <> 'demo'::public.job_origin) AND (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((origin <> 'demo'::public.job_origin) AND (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.users FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id = ( SELECT public.scope_user() AS scope_user)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (id = ( SELECT public.scope_user() AS scope_user))));

CREATE POLICY tenant_update ON public.wardrobe_items FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand))))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR ((user_id = ( SELECT public.scope_user() AS scope_user)) AND ((brand_id IS NULL) OR (brand_id IN ( SELECT public.scope_brands() AS scope_brands)) OR ( SELECT public.scope_names_no_brand() AS scope_names_no_brand)))));

CREATE POLICY tenant_update ON public.webhook_attempts FOR UPDATE TO closetai_app USING (( SELECT public.scope_sees_all() AS scope_sees_all)) WITH CHECK (( SELECT public.scope_sees_all() AS scope_sees_all));

CREATE POLICY tenant_update ON public.webhook_deliveries FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

CREATE POLICY tenant_update ON public.webhooks FOR UPDATE TO closetai_app USING ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands)))) WITH CHECK ((( SELECT public.scope_sees_all() AS scope_sees_all) OR (brand_id IN ( SELECT public.scope_written_brands() AS scope_written_brands))));

ALTER TABLE public.touches ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tryon_garments ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tryon_jobs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_identities ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.user_passwords ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.verdict_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.verdict_facts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.verification_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.wardrobe_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_attempts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhooks ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA public TO closetai_app;
GRANT USAGE ON SCHEMA public TO closetai_reader;

REVOKE ALL ON FUNCTION public.announce_job() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.apply_ledger_row() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.check_credit_scope(owner_user uuid, owner_brand uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.derive_movements(brand_ids uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.end_job_credits() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.end_open_attempt() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.ensure_credit_account(owner_user uuid, owner_brand uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.ensure_dataset_partition(month date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_dataset_partition(month date) TO closetai_app;

REVOKE ALL ON FUNCTION public.follow_subscription() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.forget_first_jobs() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.forget_return_ids() FROM PUBLIC;

GRANT SELECT,INSERT,UPDATE ON TABLE public.tryon_jobs TO closetai_app;
GRANT SELECT ON TABLE public.tryon_jobs TO closetai_reader;

REVOKE ALL ON FUNCTION public.leave_tombstone() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.merge_users(gone uuid, kept uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.merge_users(gone uuid, kept uuid) TO closetai_app;

REVOKE ALL ON FUNCTION public.next_job(only_engines text[], but_engines text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.next_job(only_engines text[], but_engines text[]) TO closetai_app;

REVOKE ALL ON FUNCTION public.note_finished_job() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.note_output() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.note_review_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.note_reviewable(job uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.note_reviews(jobs uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.note_shoppers() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.open_credit_account(owner_user uuid, owner_brand uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_credit_account(owner_user uuid, owner_brand uuid) TO closetai_app;

REVOKE ALL ON FUNCTION public.open_shopper_account() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.products_found(said text, of_category text, with_tag text, with_field text, with_value text, is_offered text, before_at timestamp with time zone, before_id uuid, count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.products_found(said text, of_category text, with_tag text, with_field text, with_value text, is_offered text, before_at timestamp with time zone, before_id uuid, count integer) TO closetai_app;
GRANT ALL ON FUNCTION public.products_found(said text, of_category text, with_tag text, with_field text, with_value text, is_offered text, before_at timestamp with time zone, before_id uuid, count integer) TO closetai_reader;

REVOKE ALL ON FUNCTION public.products_with_words(wanted tsquery, of_brands uuid[], count integer) FROM PUBLIC;

REVOKE ALL ON PROCEDURE public.protect(IN relation regclass, IN rule text, IN reader_columns text, IN app_rights text, IN write_rule text) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.purchase_credits(owner_user uuid, owner_brand uuid, payment uuid, credits integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purchase_credits(owner_user uuid, owner_brand uuid, payment uuid, credits integer) TO closetai_app;

REVOKE ALL ON FUNCTION public.queue_agreement_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_answer_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_brand_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_job_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_look_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_pace() FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_pace() TO closetai_app;
GRANT ALL ON FUNCTION public.queue_pace() TO closetai_reader;

REVOKE ALL ON FUNCTION public.queue_places() FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_places() TO closetai_app;
GRANT ALL ON FUNCTION public.queue_places() TO closetai_reader;

REVOKE ALL ON FUNCTION public.queue_return_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_review_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_shopper_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_spend_changes() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.rederive_movements() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.refund_credits(payment uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.refund_credits(payment uuid) TO closetai_app;

REVOKE ALL ON FUNCTION public.renew_free_credits(account uuid, today date) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.request_object_deletion() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.reserve_job_credits() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.reset_free_credits(account uuid, today date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reset_free_credits(account uuid, today date) TO closetai_app;

REVOKE ALL ON FUNCTION public.rollups_are_stale() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollups_are_stale() TO closetai_app;
GRANT ALL ON FUNCTION public.rollups_are_stale() TO closetai_reader;

REVOKE ALL ON FUNCTION public.rollups_waiting_since() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollups_waiting_since() TO closetai_app;
GRANT ALL ON FUNCTION public.rollups_waiting_since() TO closetai_reader;

GRANT SELECT,DELETE ON TABLE public.brands TO closetai_app;

GRANT SELECT(id) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(id) ON TABLE public.brands TO closetai_app;

GRANT SELECT(name) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(name),UPDATE(name) ON TABLE public.brands TO closetai_app;

GRANT SELECT(slug) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(slug),UPDATE(slug) ON TABLE public.brands TO closetai_app;

GRANT INSERT(owner_user_id),UPDATE(owner_user_id) ON TABLE public.brands TO closetai_app;

GRANT INSERT(stripe_customer_id),UPDATE(stripe_customer_id) ON TABLE public.brands TO closetai_app;

GRANT SELECT(mrr) ON TABLE public.brands TO closetai_reader;

GRANT SELECT(gross_margin) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(gross_margin),UPDATE(gross_margin) ON TABLE public.brands TO closetai_app;

GRANT SELECT(dataset_access) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(dataset_access),UPDATE(dataset_access) ON TABLE public.brands TO closetai_app;

GRANT SELECT(custom_model_training) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(custom_model_training),UPDATE(custom_model_training) ON TABLE public.brands TO closetai_app;

GRANT SELECT(onboarded_at) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(onboarded_at),UPDATE(onboarded_at) ON TABLE public.brands TO closetai_app;

GRANT SELECT(is_demo) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(is_demo) ON TABLE public.brands TO closetai_app;

GRANT SELECT(created_at) ON TABLE public.brands TO closetai_reader;
GRANT INSERT(created_at) ON TABLE public.brands TO closetai_app;

REVOKE ALL ON FUNCTION public.verdict_rule() FROM PUBLIC;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.acquisition_spend TO closetai_app;
GRANT SELECT ON TABLE public.acquisition_spend TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.advisor_conversations TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.advisor_messages TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_requests TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_tokens TO closetai_app;

GRANT SELECT,INSERT ON TABLE public.audit_log TO closetai_app;
GRANT SELECT ON TABLE public.audit_log TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.batches TO closetai_app;
GRANT SELECT ON TABLE public.batches TO closetai_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE public.benchmarks TO closetai_app;
GRANT SELECT ON TABLE public.benchmarks TO closetai_reader;

GRANT SELECT,INSERT,DELETE ON TABLE public.billing_events TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.brand_members TO closetai_app;

GRANT SELECT(brand_id) ON TABLE public.brand_members TO closetai_reader;

GRANT SELECT(user_id) ON TABLE public.brand_members TO closetai_reader;

GRANT SELECT ON TABLE public.categories TO closetai_app;
GRANT SELECT ON TABLE public.categories TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_items TO closetai_app;
GRANT SELECT ON TABLE public.collection_items TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collections TO closetai_app;
GRANT SELECT ON TABLE public.collections TO closetai_reader;

GRANT SELECT ON TABLE public.credit_accounts TO closetai_app;
GRANT SELECT ON TABLE public.credit_accounts TO closetai_reader;

GRANT UPDATE(free_per_month) ON TABLE public.credit_accounts TO closetai_app;

GRANT UPDATE(resets_on) ON TABLE public.credit_accounts TO closetai_app;

GRANT UPDATE(pro_until) ON TABLE public.credit_accounts TO closetai_app;

GRANT SELECT ON TABLE public.credit_ledger TO closetai_app;
GRANT SELECT ON TABLE public.credit_ledger TO closetai_reader;

GRANT SELECT ON TABLE public.credit_lots TO closetai_app;
GRANT SELECT ON TABLE public.credit_lots TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.dataset_aggregates TO closetai_app;
GRANT SELECT ON TABLE public.dataset_aggregates TO closetai_reader;

GRANT SELECT,INSERT,DELETE ON TABLE public.dataset_sessions TO closetai_app;
GRANT SELECT ON TABLE public.dataset_sessions TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.demo_state TO closetai_app;
GRANT SELECT ON TABLE public.demo_state TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.job_attempts TO closetai_app;
GRANT SELECT ON TABLE public.job_attempts TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.job_outputs TO closetai_app;
GRANT SELECT ON TABLE public.job_outputs TO closetai_reader;

GRANT SELECT ON TABLE public.job_pairs TO closetai_app;
GRANT SELECT ON TABLE public.job_pairs TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reviews TO closetai_app;
GRANT SELECT ON TABLE public.reviews TO closetai_reader;

GRANT SELECT ON TABLE public.job_verdicts TO closetai_app;
GRANT SELECT ON TABLE public.job_verdicts TO closetai_reader;

GRANT SELECT ON TABLE public.migration_checksums TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.model_versions TO closetai_app;
GRANT SELECT ON TABLE public.model_versions TO closetai_reader;

GRANT SELECT ON TABLE public.mrr_movements TO closetai_app;
GRANT SELECT ON TABLE public.mrr_movements TO closetai_reader;

GRANT SELECT,INSERT ON TABLE public.subscription_history TO closetai_app;
GRANT SELECT ON TABLE public.subscription_history TO closetai_reader;

GRANT SELECT ON TABLE public.mrr_steps TO closetai_app;
GRANT SELECT ON TABLE public.mrr_steps TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.nps_responses TO closetai_app;
GRANT SELECT ON TABLE public.nps_responses TO closetai_reader;

GRANT SELECT,INSERT,DELETE ON TABLE public.object_deletions TO closetai_app;

GRANT UPDATE(requested_at) ON TABLE public.object_deletions TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pair_votes TO closetai_app;
GRANT SELECT ON TABLE public.pair_votes TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payments TO closetai_app;
GRANT SELECT ON TABLE public.payments TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.persona_pictures TO closetai_app;
GRANT SELECT ON TABLE public.persona_pictures TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.personas TO closetai_app;
GRANT SELECT ON TABLE public.personas TO closetai_reader;

GRANT SELECT ON TABLE public.photo_set_progress TO closetai_app;
GRANT SELECT ON TABLE public.photo_set_progress TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.photo_sets TO closetai_app;
GRANT SELECT ON TABLE public.photo_sets TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.picture_embeddings TO closetai_app;
GRANT SELECT ON TABLE public.picture_embeddings TO closetai_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE public.plans TO closetai_app;
GRANT SELECT ON TABLE public.plans TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.product_images TO closetai_app;
GRANT SELECT ON TABLE public.product_images TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.products TO closetai_app;
GRANT SELECT ON TABLE public.products TO closetai_reader;

GRANT SELECT ON TABLE public.published_dataset TO closetai_app;
GRANT SELECT ON TABLE public.published_dataset TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.purchase_returns TO closetai_app;
GRANT SELECT ON TABLE public.purchase_returns TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.purchases TO closetai_app;
GRANT SELECT ON TABLE public.purchases TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review_draws TO closetai_app;
GRANT SELECT ON TABLE public.review_draws TO closetai_reader;

GRANT SELECT ON TABLE public.review_tallies TO closetai_app;
GRANT SELECT ON TABLE public.review_tallies TO closetai_reader;

GRANT SELECT ON TABLE public.reviewable_jobs TO closetai_app;
GRANT SELECT ON TABLE public.reviewable_jobs TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_active TO closetai_app;
GRANT SELECT ON TABLE public.rollup_active TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_agreement TO closetai_app;
GRANT SELECT ON TABLE public.rollup_agreement TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_answers TO closetai_app;
GRANT SELECT ON TABLE public.rollup_answers TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_cells TO closetai_app;
GRANT SELECT ON TABLE public.rollup_cells TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_cohorts TO closetai_app;
GRANT SELECT ON TABLE public.rollup_cohorts TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_completion_days TO closetai_app;
GRANT SELECT ON TABLE public.rollup_completion_days TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_completions TO closetai_app;
GRANT SELECT ON TABLE public.rollup_completions TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_confidence TO closetai_app;
GRANT SELECT ON TABLE public.rollup_confidence TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_curves TO closetai_app;
GRANT SELECT ON TABLE public.rollup_curves TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_engines TO closetai_app;
GRANT SELECT ON TABLE public.rollup_engines TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_failures TO closetai_app;
GRANT SELECT ON TABLE public.rollup_failures TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_hours TO closetai_app;
GRANT SELECT ON TABLE public.rollup_hours TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_launches TO closetai_app;
GRANT SELECT ON TABLE public.rollup_launches TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_next_completions TO closetai_app;
GRANT SELECT ON TABLE public.rollup_next_completions TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_reasons TO closetai_app;
GRANT SELECT ON TABLE public.rollup_reasons TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_rejections TO closetai_app;
GRANT SELECT ON TABLE public.rollup_rejections TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_returns TO closetai_app;
GRANT SELECT ON TABLE public.rollup_returns TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_revenue TO closetai_app;
GRANT SELECT ON TABLE public.rollup_revenue TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_speed TO closetai_app;
GRANT SELECT ON TABLE public.rollup_speed TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_spend TO closetai_app;
GRANT SELECT ON TABLE public.rollup_spend TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_studio TO closetai_app;
GRANT SELECT ON TABLE public.rollup_studio TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_value TO closetai_app;
GRANT SELECT ON TABLE public.rollup_value TO closetai_reader;

GRANT SELECT ON TABLE public.rollup_verdicts TO closetai_app;
GRANT SELECT ON TABLE public.rollup_verdicts TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO closetai_app;

GRANT SELECT ON TABLE public.shopper_days TO closetai_app;
GRANT SELECT ON TABLE public.shopper_days TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.shoppers TO closetai_app;
GRANT SELECT ON TABLE public.shoppers TO closetai_reader;

GRANT SELECT,INSERT,DELETE ON TABLE public.sign_in_attempts TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stored_objects TO closetai_app;

GRANT SELECT(id) ON TABLE public.stored_objects TO closetai_reader;

GRANT SELECT(user_id) ON TABLE public.stored_objects TO closetai_reader;

GRANT SELECT(brand_id) ON TABLE public.stored_objects TO closetai_reader;

GRANT SELECT(kind) ON TABLE public.stored_objects TO closetai_reader;

GRANT SELECT(created_at) ON TABLE public.stored_objects TO closetai_reader;

GRANT SELECT(expires_at) ON TABLE public.stored_objects TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.subscriptions TO closetai_app;
GRANT SELECT ON TABLE public.subscriptions TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.touches TO closetai_app;
GRANT SELECT ON TABLE public.touches TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tryon_garments TO closetai_app;
GRANT SELECT ON TABLE public.tryon_garments TO closetai_reader;

GRANT SELECT ON TABLE public.usage_daily TO closetai_app;
GRANT SELECT ON TABLE public.usage_daily TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_identities TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.user_passwords TO closetai_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.users TO closetai_app;

GRANT SELECT(id) ON TABLE public.users TO closetai_reader;

GRANT SELECT(role) ON TABLE public.users TO closetai_reader;

GRANT UPDATE(email) ON TABLE public.users TO closetai_app;

GRANT UPDATE(display_name) ON TABLE public.users TO closetai_app;

GRANT UPDATE(device_id) ON TABLE public.users TO closetai_app;

GRANT UPDATE(telegram_user_id) ON TABLE public.users TO closetai_app;

GRANT UPDATE(email_verified_at) ON TABLE public.users TO closetai_app;

GRANT UPDATE(disabled_at) ON TABLE public.users TO closetai_app;

GRANT UPDATE(last_login_at) ON TABLE public.users TO closetai_app;

GRANT SELECT(is_demo) ON TABLE public.users TO closetai_reader;

GRANT SELECT(created_at) ON TABLE public.users TO closetai_reader;

GRANT SELECT ON TABLE public.verdict_facts TO closetai_app;
GRANT SELECT ON TABLE public.verdict_facts TO closetai_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.verification_tokens TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.wardrobe_items TO closetai_app;
GRANT SELECT ON TABLE public.wardrobe_items TO closetai_reader;

GRANT SELECT,INSERT,DELETE ON TABLE public.webhook_attempts TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_deliveries TO closetai_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks TO closetai_app;
