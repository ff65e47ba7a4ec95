-- What the API needs: requests that are carried out once, and two accounts of one person made one.
-- depends: 0022_retention_by_brand

-- A request with an Idempotency-Key, and its answer once there is one. Without status: it is being carried out.
create table api_requests (
  token_id uuid not null references api_tokens on delete cascade,
  key text not null check (length(key) between 1 and 200),
  request_hash bytea not null,
  status smallint,
  media_type text,
  body bytea,
  created_at timestamptz not null default now(),
  primary key (token_id, key)
);
create index api_requests_created_idx on api_requests (created_at);
call protect('api_requests', '(select scope_sees_all())', '');

-- Two accounts turn out to be one person: what the one has and did becomes the other's, and the one is deleted. Free credits
-- are one month's of one person; bought ones are kept. Counts follow by the triggers of each table.
create function merge_users(gone uuid, kept uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
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
$$;
revoke execute on function merge_users from public;
grant execute on function merge_users to closetai_app;
