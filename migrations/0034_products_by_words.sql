-- What many products have is found among the newest; an index of all that have it would be read whole.
-- depends: 0033_picture_embeddings

-- With the words that are typed go two kinds that nobody can type, so that one look into one index finds what has all that is
-- looked for: a category (=tops) and tags (# and a hash, which needs no quotes whatever the tag).
create function product_words(
  name text, sku text, tags text[], custom_fields jsonb, category garment_category
) returns tsvector
language sql immutable parallel safe
return product_words(name, sku, tags, custom_fields)
  || array_to_tsvector(
    array['=' || coalesce(category::text, 'none')] || array(select '#' || md5(t.tag) from unnest(tags) as t (tag))
  );

alter table products drop column words;
alter table products
add column words tsvector generated always as (product_words(name, sku, tags, custom_fields, category)) stored;
create index products_words_idx on products using gin (words);

create or replace function products_found(
  said text, of_category text, with_tag text, with_field text, with_value text, is_offered text,
  before_at timestamptz, before_id uuid, count integer
) returns setof uuid
language plpgsql stable security definer rows 25
set search_path = public, pg_temp
as $$
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
$$;
