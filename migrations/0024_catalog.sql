-- Search in the catalog: the words of a product, and the products that have them.
-- depends: 0023_api

-- The words by which a product is found: of its name, SKU, tags and fields, letters and figures alone. Immutable: all of it is
-- the function's own arguments.
create function product_words(name text, sku text, tags text[], custom_fields jsonb) returns tsvector
language sql immutable parallel safe
return to_tsvector(
  'simple'::regconfig,
  regexp_replace(
    concat_ws(' ', name, sku, array_to_string(tags, ' '), custom_fields::text), '[^[:alnum:]]+', ' ', 'g'
  )
);

alter table products
add column words tsvector generated always as (product_words(name, sku, tags, custom_fields)) stored;
create index products_words_idx on products using gin (words);
create index products_brand_created_idx on products (brand_id, created_at desc, id desc);
create index products_created_idx on products (created_at desc, id desc);

-- What somebody typed as a query: every word of it, each as far as it was typed. Null when there is none.
create function words_wanted(said text) returns tsquery
language sql immutable parallel safe
return nullif(
  (
    select string_agg(t.word || ':*', ' & ')
    from regexp_split_to_table(lower($1), '[^[:alnum:]]+') as t (word)
    where t.word <> ''
  ),
  ''
)::tsquery;

-- Products of the scope with these words. With the owner's rights: under row-level security an index on words must not be
-- used, since the operator might tell of rows that the scope does not show; so the scope is asked here.
create function products_with(said text) returns setof uuid
language sql stable security definer set search_path = public, pg_temp rows 50 as $$
select p.id
from products p
where p.words @@ words_wanted(said)
  and ((select scope_sees_all()) or p.brand_id in (select scope_brands()))
$$;
revoke execute on function products_with from public;
grant execute on function products_with to closetai_app, closetai_reader;
