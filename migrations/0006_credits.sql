-- Credit accounts, their lots, and the ledger that both are sums of.
-- depends: 0005_billing

create table credit_accounts (
  id uuid primary key default uuid_v7(),
  user_id uuid unique references users on delete cascade,
  brand_id uuid unique references brands on delete cascade,
  balance integer not null default 0 check (balance >= 0),
  free_per_month smallint not null default 25 check (free_per_month >= 0),
  resets_on date not null default (date_trunc('month', now() at time zone 'UTC') + interval '1 month')::date,
  pro_until timestamptz,
  created_at timestamptz not null default now(),
  check (num_nonnulls(user_id, brand_id) = 1)
);

-- Where credits came from: the free ones of a month, or a purchase. closed_at: expired or refunded, nothing returns.
create table credit_lots (
  id uuid primary key default uuid_v7(),
  account_id uuid not null references credit_accounts on delete cascade,
  kind text not null check (kind in ('free', 'purchase')),
  payment_id uuid references payments on delete set null,
  remaining integer not null default 0 check (remaining >= 0),
  created_at timestamptz not null default now(),
  closed_at timestamptz
);
create index credit_lots_account_idx on credit_lots (account_id, kind, created_at);
create index credit_lots_payment_idx on credit_lots (payment_id) where payment_id is not null;
create unique index credit_lots_one_free_key on credit_lots (account_id) where kind = 'free' and closed_at is null;

-- Append-only. Balance and lots follow it by trigger; a job reserves, settles and releases a lot at most once each.
create table credit_ledger (
  id bigint generated always as identity primary key,
  account_id uuid not null references credit_accounts on delete cascade,
  lot_id uuid not null references credit_lots on delete cascade,
  job_id uuid references tryon_jobs on delete set null,
  kind text not null check (kind in ('grant', 'purchase', 'reserve', 'settle', 'release', 'expire', 'refund')),
  amount integer not null,
  created_at timestamptz not null default now(),
  check (
    case kind
      when 'settle' then amount = 0
      when 'grant' then amount >= 0
      when 'purchase' then amount > 0
      when 'release' then amount >= 0
      else amount <= 0
    end
  )
);
create index credit_ledger_account_idx on credit_ledger (account_id, created_at);
create index credit_ledger_lot_idx on credit_ledger (lot_id);
create unique index credit_ledger_once_key on credit_ledger (job_id, lot_id, kind) where job_id is not null;

create function apply_ledger_row() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.amount <> 0 then
    update credit_lots set remaining = remaining + new.amount where id = new.lot_id;
    update credit_accounts set balance = balance + new.amount where id = new.account_id;
  end if;
  return null;
end
$$;
revoke execute on function apply_ledger_row from public;
create trigger credit_ledger_applied after insert on credit_ledger
for each row execute function apply_ledger_row();

-- The functions below run with the owner's rights, past row-level security: whose account they are asked to touch has to lie
-- in the scope. Only the owner of the schema, who seeds and mends, is bound by none.
create function check_credit_scope(owner_user uuid, owner_brand uuid) returns void
language plpgsql stable security definer set search_path = public, pg_temp as $$
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

-- The account of a user or a brand, made with its free credits when there is none yet; locked until the transaction ends.
create function ensure_credit_account(owner_user uuid, owner_brand uuid) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
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

create function open_credit_account(owner_user uuid, owner_brand uuid) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform check_credit_scope(owner_user, owner_brand);
  return ensure_credit_account(owner_user, owner_brand);
end
$$;

-- Sets the free credits back on the reset date. Safe to run twice: the date moves on with the first run.
create function renew_free_credits(account uuid, today date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
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

create function reset_free_credits(account uuid, today date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  wallet credit_accounts;
begin
  select * into wallet from credit_accounts a where a.id = account;
  perform check_credit_scope(wallet.user_id, wallet.brand_id);
  perform renew_free_credits(account, today);
end
$$;

-- Adds bought credits; they do not expire. Once per payment, which has to be the owner's.
create function purchase_credits(owner_user uuid, owner_brand uuid, payment uuid, credits integer) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
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

-- Takes back what is unspent of one purchase, and of nothing else. Returns the credits taken back.
create function refund_credits(payment uuid) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
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

-- Reserves a job's credits: free ones first, then the oldest purchase. Refused when there are too few.
create function reserve_job_credits() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
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
-- A job that arrives finished (an import) has cost its credits elsewhere.
create trigger tryon_jobs_reserve after insert on tryon_jobs
for each row when (new.status in ('queued', 'processing') and new.credits > 0)
execute function reserve_job_credits();

-- Completed: what was reserved is spent. Failed or canceled: it returns to its lot; a closed lot returns nothing.
create function end_job_credits() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
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
create trigger tryon_jobs_end_credits after update of status on tryon_jobs
for each row when (old.status in ('queued', 'processing') and new.status in ('completed', 'failed', 'canceled'))
execute function end_job_credits();

-- A shopper has an account from the start.
create function open_shopper_account() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform ensure_credit_account(new.id, null);
  return null;
end
$$;
create trigger users_open_credit_account after insert on users
for each row when (new.role in ('shopper', 'demo_viewer')) execute function open_shopper_account();

revoke execute on function
check_credit_scope, ensure_credit_account, renew_free_credits, reserve_job_credits, end_job_credits, open_shopper_account,
open_credit_account, reset_free_credits, purchase_credits, refund_credits
from public;
-- Who calls these is decided in billing.
grant execute on function open_credit_account, reset_free_credits, purchase_credits, refund_credits to closetai_app;

call protect('credit_accounts', tenant_rule('brand_id', 'user_id'), '*', 'select', '(select scope_sees_all())');
grant update (free_per_month, resets_on, pro_until) on credit_accounts to closetai_app;
call protect('credit_lots', 'exists (select from credit_accounts a where a.id = account_id)', '*', 'select');
call protect('credit_ledger', 'exists (select from credit_accounts a where a.id = account_id)', '*', 'select');
