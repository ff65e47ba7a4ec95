-- Stored objects, wardrobe and collections, products, personas.
-- depends: 0002_accounts

-- One row per stored picture. Its owner is a user or a brand; the same bytes of two owners are two objects.
create table stored_objects (
  id uuid primary key default uuid_v7(),
  user_id uuid references users on delete cascade,
  brand_id uuid references brands on delete cascade,
  key text not null unique,
  content_hash bytea not null,
  kind text not null check (kind in ('selfie', 'garment', 'product', 'persona', 'result', 'cover', 'other')),
  media_type text not null,
  byte_count integer not null check (byte_count >= 0),
  width integer check (width > 0),
  height integer check (height > 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  check (num_nonnulls(user_id, brand_id) >= 1)
);
create index stored_objects_user_id_idx on stored_objects (user_id);
create index stored_objects_brand_id_idx on stored_objects (brand_id);
create index stored_objects_expires_at_idx on stored_objects (expires_at) where expires_at is not null;

-- Keys whose row is gone and whose bytes must follow: the worker erases them and then the row here.
create table object_deletions (
  key text primary key,
  requested_at timestamptz not null default now()
);

create function request_object_deletion() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into object_deletions (key) values (old.key) on conflict do nothing;
  return old;
end
$$;
revoke execute on function request_object_deletion from public;
create trigger stored_objects_deleted after delete on stored_objects
for each row execute function request_object_deletion();

create table wardrobe_items (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  brand_id uuid references brands on delete set null,
  kind text not null default 'item' check (kind in ('item', 'look')),
  category garment_category,
  name text not null check (length(name) <= 200),
  description text,
  maker text check (length(maker) <= 100),
  ai_tags text[] not null default '{}',
  color_tags text[] not null default '{}',
  tags text[] not null default '{}',
  object_id uuid references stored_objects on delete cascade,
  embedding real[],
  source_job_id uuid,
  is_demo boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- An item is a garment and has its category; a saved look may show several. Demo items come without a picture file.
  check (kind = 'look' or category is not null),
  check (is_demo or object_id is not null)
);
create index wardrobe_items_user_category_idx on wardrobe_items (user_id, category);
create index wardrobe_items_created_at_idx on wardrobe_items (created_at);
create index wardrobe_items_ai_tags_idx on wardrobe_items using gin (ai_tags);
create index wardrobe_items_brand_id_idx on wardrobe_items (brand_id);
create index wardrobe_items_source_job_idx on wardrobe_items (source_job_id) where source_job_id is not null;
create trigger wardrobe_items_updated_at before update on wardrobe_items
for each row execute function set_updated_at();

create table collections (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  name text not null check (length(name) between 1 and 255),
  cover_object_id uuid references stored_objects on delete set null,
  created_at timestamptz not null default now()
);
create index collections_user_id_idx on collections (user_id);

create table collection_items (
  collection_id uuid not null references collections on delete cascade,
  item_id uuid not null references wardrobe_items on delete cascade,
  added_at timestamptz not null default now(),
  primary key (collection_id, item_id)
);
create index collection_items_item_id_idx on collection_items (item_id);

create table products (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands,
  name text not null check (length(name) between 1 and 255),
  description text,
  sku text check (length(sku) <= 100),
  category garment_category,
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  tags text[] not null default '{}',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (brand_id, sku)
);
create index products_tags_idx on products using gin (tags);
create index products_custom_fields_idx on products using gin (custom_fields);
create trigger products_updated_at before update on products for each row execute function set_updated_at();

create table product_images (
  product_id uuid not null references products on delete cascade,
  object_id uuid not null references stored_objects on delete cascade,
  filename text,
  position smallint not null default 0,
  is_primary boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (product_id, object_id)
);
create index product_images_object_id_idx on product_images (object_id);
create unique index product_images_one_primary_key on product_images (product_id) where is_primary;

create table personas (
  id uuid primary key default uuid_v7(),
  user_id uuid references users on delete cascade,
  brand_id uuid references brands,
  name text not null default 'My persona' check (length(name) between 1 and 255),
  status text not null default 'draft' check (status in ('draft', 'processing', 'ready')),
  thumbnail_object_id uuid references stored_objects on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(user_id, brand_id) >= 1)
);
create index personas_user_id_idx on personas (user_id);
create index personas_brand_id_idx on personas (brand_id);
create trigger personas_updated_at before update on personas for each row execute function set_updated_at();

create table persona_pictures (
  persona_id uuid not null references personas on delete cascade,
  object_id uuid not null references stored_objects on delete cascade,
  position smallint not null default 0,
  primary key (persona_id, object_id)
);
create index persona_pictures_object_id_idx on persona_pictures (object_id);

call protect(
  'stored_objects', tenant_rule('brand_id', 'user_id'), '', write_rule => tenant_write_rule('brand_id', 'user_id')
);
-- What a brand may read of a shopper's wardrobe is not given by row-level security: the owner alone sees it.
call protect(
  'wardrobe_items', '(select scope_sees_all()) or user_id = (select scope_user())',
  write_rule => '(select scope_sees_all()) or user_id = (select scope_user())'
  || ' and (brand_id is null or brand_id in (select scope_brands()) or (select scope_names_no_brand()))'
);
call protect('collections', '(select scope_sees_all()) or user_id = (select scope_user())');
call protect('collection_items', 'exists (select from collections c where c.id = collection_id)');
call protect('products', tenant_rule('brand_id'), write_rule => tenant_write_rule('brand_id'));
call protect(
  'product_images', 'exists (select from products p where p.id = product_id)',
  write_rule => 'not (select scope_is_demo()) and exists (select from products p where p.id = product_id)'
);
call protect('personas', tenant_rule('brand_id', 'user_id'), write_rule => tenant_write_rule('brand_id', 'user_id'));
call protect(
  'persona_pictures', 'exists (select from personas p where p.id = persona_id)',
  write_rule => 'exists (select from personas p where p.id = persona_id'
  || ' and (p.user_id = (select scope_user()) or not (select scope_is_demo())))'
);
call protect('object_deletions', '(select scope_sees_all())', '', 'select, insert, delete');
