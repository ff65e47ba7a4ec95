-- Users of every kind, brands and their members, sign-in, sessions, tokens, audit.
-- depends: 0001_foundation

create type user_role as enum ('shopper', 'admin', 'analyst', 'brand_manager', 'demo_viewer', 'tombstone');

create table users (
  id uuid primary key default uuid_v7(),
  role user_role not null default 'shopper',
  anon_id text not null unique default 'guest_' || replace(gen_random_uuid()::text, '-', ''),
  email text,
  display_name text check (length(display_name) <= 100),
  device_id text unique,
  telegram_user_id bigint unique,
  email_verified_at timestamptz,
  disabled_at timestamptz,
  last_login_at timestamptz,
  is_demo boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (role <> 'tombstone' or num_nonnulls(email, display_name, device_id, telegram_user_id) = 0)
);

-- One account per address, however it is capitalised.
create unique index users_email_key on users (lower(email)) where email is not null;
create index users_created_at_idx on users (created_at);
create trigger users_updated_at before update on users for each row execute function set_updated_at();

create table user_passwords (
  user_id uuid primary key references users on delete cascade,
  password_hash text not null,
  changed_at timestamptz not null default now()
);

create table user_identities (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  provider text not null,
  provider_account_id text not null,
  granted_scopes text,
  created_at timestamptz not null default now(),
  unique (provider, provider_account_id)
);
create index user_identities_user_id_idx on user_identities (user_id);

create table verification_tokens (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  purpose text not null check (purpose in ('verify_email', 'reset_password')),
  email text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index verification_tokens_user_id_idx on verification_tokens (user_id);

create table sessions (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index sessions_user_id_idx on sessions (user_id);
create index sessions_expires_at_idx on sessions (expires_at);

-- Whether an account of that name exists is not told by this table: it holds keyed hashes of what was typed.
create table sign_in_attempts (
  id bigint generated always as identity primary key,
  account_hash bytea not null,
  address_hash bytea not null,
  succeeded boolean not null,
  attempted_at timestamptz not null default now()
);
create index sign_in_attempts_account_idx on sign_in_attempts (account_hash, address_hash, attempted_at);
create index sign_in_attempts_address_idx on sign_in_attempts (address_hash, attempted_at);

create table brands (
  id uuid primary key default uuid_v7(),
  name text not null check (length(name) between 1 and 200),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  owner_user_id uuid references users on delete set null,
  stripe_customer_id text unique,
  mrr numeric(14, 2) not null default 0 check (mrr >= 0),
  gross_margin numeric(4, 3) not null default 0.700 check (gross_margin between 0 and 1),
  dataset_access boolean not null default false,
  custom_model_training boolean not null default false,
  onboarded_at timestamptz,
  is_demo boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index brands_created_at_idx on brands (created_at);
create index brands_mrr_idx on brands (mrr desc, name);
create index brands_demo_idx on brands (id) where is_demo;
create trigger brands_updated_at before update on brands for each row execute function set_updated_at();

-- The brands that the transaction's scope names. 'all' is not spelled out: the rule asks scope_sees_all() first.
create function scope_brands() returns setof uuid
language sql stable parallel safe rows 100
begin atomic
  select listed.id
  from unnest(scope_listed_brands()) as listed (id)
  where not scope_is_demo()
  union all
  select b.id from brands b
  where scope_is_demo() and b.is_demo and (scope_sees_demo() or b.id = any(scope_listed_brands()));
end;

create table brand_members (
  brand_id uuid not null references brands on delete cascade,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (brand_id, user_id)
);
create index brand_members_user_id_idx on brand_members (user_id);

create table api_tokens (
  id uuid primary key default uuid_v7(),
  brand_id uuid references brands on delete cascade,
  user_id uuid references users on delete cascade,
  kind text not null check (kind in ('guest', 'secret', 'publishable')),
  name text,
  token_hash bytea not null unique,
  scopes text[] not null default '{}',
  allowed_origins text[] not null default '{}',
  created_at timestamptz not null default now(),
  used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  check (num_nonnulls(brand_id, user_id) >= 1)
);
create index api_tokens_brand_id_idx on api_tokens (brand_id);
create index api_tokens_user_id_idx on api_tokens (user_id);

create table audit_log (
  id bigint generated always as identity primary key,
  brand_id uuid references brands on delete cascade,
  user_id uuid references users on delete set null,
  action text not null,
  object_type text,
  object_id text,
  detail jsonb not null default '{}',
  happened_at timestamptz not null default now()
);
create index audit_log_brand_idx on audit_log (brand_id, happened_at);
create index audit_log_user_idx on audit_log (user_id);

-- brands cannot ask scope_brands(), which reads brands: 'demo' is spelled out instead.
call protect(
  'brands',
  '(select scope_sees_all()) or (is_demo and (select scope_sees_demo()))'
  || ' or (id = any ((select scope_listed_brands())::uuid[]) and (is_demo or not (select scope_is_demo())))',
  'id, name, slug, mrr, gross_margin, dataset_access, custom_model_training, onboarded_at, is_demo, created_at',
  'select, delete',
  '(select scope_sees_all()) or id in (select scope_written_brands())'
);
-- Not mrr: it follows the subscriptions.
grant
insert (id, name, slug, owner_user_id, stripe_customer_id, gross_margin, dataset_access, custom_model_training, onboarded_at,
  is_demo, created_at),
update (name, slug, owner_user_id, stripe_customer_id, gross_margin, dataset_access, custom_model_training, onboarded_at)
on brands to closetai_app;

-- The reader needs the columns because the policy of users asks them. Who belongs to a brand is never decided by that brand's
-- scope: somebody could let themselves in.
call protect(
  'brand_members', tenant_rule('brand_id', 'user_id'), 'brand_id, user_id', write_rule => '(select scope_sees_all())'
);
call protect(
  'api_tokens', tenant_rule('brand_id', 'user_id'), '',
  write_rule => tenant_write_rule('brand_id') || ' or (brand_id is null and user_id = (select scope_user()))'
);
call protect(
  'audit_log', tenant_rule('brand_id', 'user_id'), '*', 'select, insert',
  tenant_write_rule('brand_id', 'user_id')
);

-- Held by a user alone, and never a reader's business.
call protect('user_passwords', '(select scope_sees_all()) or user_id = (select scope_user())', '');
call protect('user_identities', '(select scope_sees_all()) or user_id = (select scope_user())', '');
call protect('verification_tokens', '(select scope_sees_all()) or user_id = (select scope_user())', '');
call protect('sessions', '(select scope_sees_all()) or user_id = (select scope_user())', '');
call protect('sign_in_attempts', '(select scope_sees_all())', '', 'select, insert, delete');
