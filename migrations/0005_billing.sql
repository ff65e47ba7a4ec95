-- Plans, subscriptions with their history, movements of MRR, payments.
-- depends: 0004_tryon

create type billing_interval as enum ('day', 'week', 'month', 'quarter', 'year');
create type subscription_status as enum (
  'trialing', 'active', 'past_due', 'incomplete', 'paused', 'unpaid', 'canceled'
);
create type churn_reason as enum ('voluntary', 'delinquent');
create type mrr_policy as enum ('strict', 'stripe');
create type movement_kind as enum ('new', 'reactivation', 'expansion', 'contraction', 'churn');

-- MRR of one subscription in US dollars: price × quantity, less coupons that last forever, to a month, to the cent.
-- numeric's round() is half away from zero, which is half-up for amounts that are never negative.
create function subscription_mrr(
  unit_amount numeric, quantity integer, period billing_interval, period_count integer,
  forever_percent_off numeric, forever_amount_off numeric, usd_rate numeric
) returns numeric
language sql immutable parallel safe
return round(
  greatest(unit_amount * quantity * (1 - forever_percent_off / 100) - forever_amount_off, 0)
  * usd_rate
  * case period
      when 'day' then 365 / 12.0
      when 'week' then 52 / 12.0
      when 'month' then 1
      when 'quarter' then 1 / 3.0
      when 'year' then 1 / 12.0
    end
  / period_count,
  2
);

create table plans (
  id uuid primary key default uuid_v7(),
  name text not null unique,
  stripe_price_id text unique,
  unit_amount numeric(14, 2) not null check (unit_amount >= 0),
  currency char(3) not null default 'USD',
  period billing_interval not null default 'month',
  period_count smallint not null default 1 check (period_count >= 1),
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);
-- The price list is public; ClosetAI writes it.
call protect('plans', 'true', '*', 'select, insert, update', '(select scope_sees_all())');

create table subscriptions (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands on delete cascade,
  plan_id uuid references plans,
  provider text not null default 'stripe',
  provider_subscription_id text,
  status subscription_status not null,
  unit_amount numeric(14, 2) not null check (unit_amount >= 0),
  quantity integer not null default 1 check (quantity >= 0),
  currency char(3) not null default 'USD',
  -- Dollars per unit of currency, as it stood when this price began: later rates are no movement.
  usd_rate numeric(18, 8) not null default 1 check (usd_rate > 0),
  period billing_interval not null default 'month',
  period_count smallint not null default 1 check (period_count >= 1),
  forever_percent_off numeric(5, 2) not null default 0 check (forever_percent_off between 0 and 100),
  forever_amount_off numeric(14, 2) not null default 0 check (forever_amount_off >= 0),
  mrr numeric(14, 2) not null generated always as (
    subscription_mrr(unit_amount, quantity, period, period_count, forever_percent_off, forever_amount_off, usd_rate)
  ) stored,
  current_period_start timestamptz,
  current_period_end timestamptz,
  cancel_at_period_end boolean not null default false,
  canceled_at timestamptz,
  cancel_reason churn_reason,
  -- When the latest change took effect at the provider; the writer says it, and a change without it takes effect now.
  changed_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (provider, provider_subscription_id)
);
create index subscriptions_brand_id_idx on subscriptions (brand_id);
create index subscriptions_status_idx on subscriptions (status);
create index subscriptions_period_end_idx on subscriptions (current_period_end);
create index subscriptions_plan_id_idx on subscriptions (plan_id);

-- The state of a subscription from effective_at on. Movements come from here, and so does any past MRR.
create table subscription_history (
  id bigint generated always as identity primary key,
  subscription_id uuid not null,
  brand_id uuid not null references brands on delete cascade,
  effective_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  change text not null check (change in ('created', 'updated', 'moved_in', 'moved_out', 'deleted', 'late')),
  status subscription_status not null,
  mrr numeric(14, 2) not null check (mrr >= 0),
  plan_id uuid references plans,
  quantity integer not null,
  cancel_at_period_end boolean not null default false,
  reason churn_reason
);
create index subscription_history_brand_idx on subscription_history (brand_id, effective_at, id);
create index subscription_history_subscription_idx on subscription_history (subscription_id);

create table mrr_movements (
  brand_id uuid not null references brands on delete cascade,
  policy mrr_policy not null,
  day date not null,
  kind movement_kind not null,
  amount numeric(14, 2) not null check (amount > 0),
  mrr_before numeric(14, 2) not null check (mrr_before >= 0),
  mrr_after numeric(14, 2) not null check (mrr_after >= 0),
  reason churn_reason,
  primary key (brand_id, policy, day),
  check ((kind = 'churn') = (reason is not null))
);
create index mrr_movements_day_idx on mrr_movements (policy, day);

create function mrr_counts(status subscription_status, policy mrr_policy) returns boolean
language sql immutable parallel safe
return status = 'active' or (policy = 'stripe' and status = 'past_due');

-- Each change of a brand's MRR, one row per subscription, policy and history row that changes it.
create view mrr_steps with (security_invoker = true) as
select s.brand_id, s.subscription_id, s.policy, s.effective_at, s.id as history_id, s.status, s.reason, s.delta
from (
  select
    h.brand_id, h.subscription_id, h.effective_at, h.id, p.policy, h.status, h.reason,
    c.mrr - lag(c.mrr, 1, 0) over (
      partition by h.brand_id, h.subscription_id, p.policy order by h.effective_at, h.id
    ) as delta
  from subscription_history h
  cross join unnest(enum_range(null::mrr_policy)) as p (policy)
  cross join lateral (select case when mrr_counts(h.status, p.policy) then h.mrr else 0 end as mrr) as c
) as s
where s.delta <> 0;

-- Writes the movements of the given brands anew from their history: per brand and UTC day, from the MRR at the end of
-- the day before and of the day.
create function derive_movements(brand_ids uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
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
revoke execute on function derive_movements from public;

create function rederive_movements() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
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
revoke execute on function rederive_movements from public;
create trigger subscription_history_inserted after insert on subscription_history
referencing new table as new_rows for each statement execute function rederive_movements();
create trigger subscription_history_updated after update on subscription_history
referencing new table as new_rows old table as old_rows for each statement execute function rederive_movements();
create trigger subscription_history_deleted after delete on subscription_history
referencing old table as old_rows for each statement execute function rederive_movements();

create function set_subscription_changed_at() returns trigger
language plpgsql as $$
begin
  if new.changed_at = old.changed_at then
    new.changed_at := now();
  end if;
  return new;
end
$$;
create trigger subscriptions_changed_at before update on subscriptions
for each row execute function set_subscription_changed_at();

-- A brand's MRR follows its subscriptions (strict policy), and every change leaves a row of history.
create function follow_subscription() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
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
revoke execute on function follow_subscription from public;
create trigger subscriptions_followed after insert or update or delete on subscriptions
for each row execute function follow_subscription();

create table payments (
  id uuid primary key default uuid_v7(),
  brand_id uuid references brands,
  user_id uuid references users on delete set null,
  subscription_id uuid references subscriptions on delete set null,
  provider text not null,
  provider_payment_id text,
  purpose text not null check (purpose in ('subscription', 'credits')),
  amount numeric(14, 2) not null check (amount >= 0),
  currency char(3) not null default 'USD',
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'canceled', 'refunded')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, provider_payment_id)
);
create index payments_brand_idx on payments (brand_id, created_at);
create index payments_user_idx on payments (user_id);
create index payments_subscription_idx on payments (subscription_id);
create index payments_status_idx on payments (status);
create trigger payments_updated_at before update on payments for each row execute function set_updated_at();

-- What is owed and paid is written by the system, on the provider's word; a brand reads its own.
call protect('subscriptions', tenant_rule('brand_id'), write_rule => '(select scope_sees_all())');
call protect('subscription_history', tenant_rule('brand_id'), '*', 'select, insert', '(select scope_sees_all())');
call protect('mrr_movements', tenant_rule('brand_id'), '*', 'select');
call protect('payments', tenant_rule('brand_id', 'user_id'), write_rule => '(select scope_sees_all())');
grant select on mrr_steps to closetai_app, closetai_reader;
