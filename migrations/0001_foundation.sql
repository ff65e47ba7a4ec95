-- Roles, the scope of a transaction, identifiers, and the tenant rule that every table uses.

-- Roles belong to the cluster, not to the database: another database of the same server may have made them already.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['closetai_app', 'closetai_reader'] loop
    begin
      -- LOGIN without a password: usable where the server trusts its socket (the embedded one), useless elsewhere.
      execute format('create role %I login', role_name);
    exception when duplicate_object or unique_violation then
      null;
    end;
    if not (select rolsuper from pg_roles where rolname = current_user)
       and not pg_has_role(current_user, role_name, 'member') then
      execute format('grant %I to current_user', role_name);
    end if;
    if current_setting('server_version_num')::int >= 160000
       and not (select rolsuper from pg_roles where rolname = current_user) then
      -- From 16 on, membership and the right to SET ROLE are two things.
      execute format('grant %I to current_user with inherit false, set true', role_name);
    end if;
  end loop;
  execute format('grant connect on database %I to closetai_app, closetai_reader', current_database());
end
$$;

revoke create on schema public from public;
grant usage on schema public to closetai_app, closetai_reader;

-- Time-ordered UUIDs (RFC 9562, version 7): PostgreSQL has uuidv7() from 18 on only.
create function uuid_v7() returns uuid
language sql volatile parallel safe
return encode(
  set_bit(
    set_bit(
      substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
      || substring(uuid_send(gen_random_uuid()) from 7),
      52, 1
    ),
    53, 1
  ),
  'hex'
)::uuid;

create function set_updated_at() returns trigger
language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end
$$;

-- The scope of a transaction: two settings, put there by the one place that opens transactions.
--   closetai.brands  'all', 'demo', 'demo:' and a brand id (of the demo brands, this one), or brand ids with commas;
--                    unset or empty: none
--   closetai.user    a user id; unset or empty: nobody
create function scope_sees_all() returns boolean
language sql stable parallel safe
return coalesce(current_setting('closetai.brands', true), '') = 'all';

create function scope_sees_demo() returns boolean
language sql stable parallel safe
return coalesce(current_setting('closetai.brands', true), '') = 'demo';

create function scope_is_demo() returns boolean
language sql stable parallel safe
return coalesce(current_setting('closetai.brands', true), '') like 'demo%';

create function scope_names_no_brand() returns boolean
language sql stable parallel safe
return coalesce(current_setting('closetai.brands', true), '') = '';

create function scope_user() returns uuid
language sql stable parallel safe
return nullif(current_setting('closetai.user', true), '')::uuid;

-- The brand ids written out in the setting; what 'demo' means is added once the table of brands exists.
create function scope_listed_brands() returns uuid[]
language sql stable parallel safe
return case
  when coalesce(current_setting('closetai.brands', true), '') in ('', 'all', 'demo') then '{}'::uuid[]
  else string_to_array(replace(current_setting('closetai.brands', true), 'demo:', ''), ',')::uuid[]
end;

-- The tenant rule, as the text of a policy. It stands here once; each table says only by which columns it is held.
-- The sub-selects are evaluated once a query, not once a row; `in (select …)` becomes a hash table, where `= any (array)`
-- would be walked through for every row (847 brands: 9 times slower over 100,000 rows).
create function tenant_rule(brand_column text, user_column text default null) returns text
language sql immutable
return concat_ws(
  ' or ',
  '(select scope_sees_all())',
  format('%I in (select scope_brands())', brand_column),
  case when user_column is not null then format('%I = (select scope_user())', user_column) end
);

-- The brands that a scope may write for: those that it lists. Demo visitors share their brands and write only rows of their
-- own.
create function scope_written_brands() returns setof uuid
language sql stable parallel safe rows 100
begin atomic
  select listed.id
  from unnest(scope_listed_brands()) as listed (id)
  where not scope_is_demo();
end;

-- Who may write what the tenant rule shows. That a row bears the user's id is not enough: a manager of one brand would
-- write into another under their own name. It has to be a brand of theirs, or none, or (shopper_writes) the user names no
-- brand at all, as shoppers do, who try on wherever they like.
create function tenant_write_rule(
  brand_column text, user_column text default null, shopper_writes boolean default true
) returns text
language sql immutable
return concat_ws(
  ' or ',
  '(select scope_sees_all())',
  format('%I in (select scope_written_brands())', brand_column),
  case
    when user_column is not null then
      format('%I = (select scope_user()) and (', user_column)
      || concat_ws(
        ' or ',
        format('%I is null', brand_column),
        format('%I in (select scope_brands())', brand_column),
        case when shopper_writes then '(select scope_names_no_brand())' end
      ) || ')'
  end
);

-- Switches row-level security on for a table, with one policy for both roles, and grants what the roles may do.
-- reader_columns: '*' for all, '' for none, or a list of column names.
-- write_rule: who may write, where that is not everybody who may see.
create procedure protect(
  relation regclass,
  rule text,
  reader_columns text default '*',
  app_rights text default 'select, insert, update, delete',
  write_rule text default null
)
language plpgsql as $$
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

revoke execute on procedure protect from public;

create type garment_category as enum (
  'tops', 'bottoms', 'dresses', 'jackets',
  'bags', 'scarves', 'hats', 'belts',
  'sneakers', 'heels', 'boots',
  'jewelry'
);

create table categories (
  category garment_category primary key,
  category_group text not null check (category_group in ('clothing', 'accessories', 'footwear', 'jewelry')),
  position smallint not null unique
);

insert into categories (category, category_group, position) values
  ('tops', 'clothing', 1), ('bottoms', 'clothing', 2), ('dresses', 'clothing', 3), ('jackets', 'clothing', 4),
  ('bags', 'accessories', 5), ('scarves', 'accessories', 6), ('hats', 'accessories', 7), ('belts', 'accessories', 8),
  ('sneakers', 'footwear', 9), ('heels', 'footwear', 10), ('boots', 'footwear', 11),
  ('jewelry', 'jewelry', 12);

-- The same twelve for everybody: nothing here belongs to a brand.
grant select on categories to closetai_app, closetai_reader;
