-- Search in a catalog, at a quarter of a million products as well.
-- depends: 0026_money

create index products_category_idx on products (brand_id, category, created_at desc, id desc);
create index products_any_category_idx on products (category, created_at desc, id desc);

drop function products_with;

-- The first so many products with these words, of some brands or (null) of all. How many the beginning of a word stands for
-- is nothing that the planner can guess: it would walk through all products for one that is rare. Here the index is taken.
create function products_with_words(wanted tsquery, of_brands uuid[], count integer) returns setof uuid
language sql stable set search_path = public, pg_temp set enable_seqscan = off set enable_indexscan = off rows 1000 as $$
select p.id from products p
where p.words @@ wanted and (of_brands is null or p.brand_id = any (of_brands))
limit count
$$;
revoke execute on function products_with_words from public;

-- The newest products of the scope that fit, before one of them. With the owner's rights: under row-level security an index
-- on words, tags or fields must not be used, since the operator might tell of rows that the scope does not show; so the scope
-- is asked here. Written anew for each question: with every filter as an "or" there would be one plan for all of them.
create function products_found(
  said text, of_category text, with_tag text, with_field text, with_value text, is_offered text,
  before_at timestamptz, before_id uuid, count integer
) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp rows 25 as $$
declare
  brands uuid[];
  hits uuid[];
  conditions text[] := array['(p.created_at, p.id) < ($1, $2)'];
begin
  if (scope_sees_all()) is not true then
    brands := array(select b from scope_brands() as s (b));
    if cardinality(brands) = 0 then
      return;
    end if;
    conditions := conditions || case
      when cardinality(brands) = 1 then 'p.brand_id = $3[1]' else 'p.brand_id = any ($3)'
    end;
  end if;
  if said <> '' then
    -- Few are looked at one by one; with many there are some among the newest.
    hits := array(select h from products_with_words(words_wanted(said), brands, 2001) as w (h));
    conditions := conditions || case
      when cardinality(hits) <= 2000 then 'p.id = any ($10)' else 'p.words @@ words_wanted($4)'
    end;
  end if;
  if of_category = 'none' then
    conditions := conditions || 'p.category is null'::text;
  elsif of_category <> 'all' then
    conditions := conditions || 'p.category = $5::garment_category'::text;
  end if;
  if with_tag <> 'all' then
    conditions := conditions || 'p.tags @> array[$6]'::text;
  end if;
  if with_field <> 'all' then
    conditions := conditions || 'p.custom_fields ? $7'::text;
    if with_value <> '' then
      conditions := conditions || 'p.custom_fields ->> $7 = $8'::text;
    end if;
  end if;
  if is_offered <> 'all' then
    conditions := conditions || case when is_offered = 'yes' then 'p.is_active' else 'not p.is_active' end;
  end if;
  return query execute
    'select p.id from products p where ' || array_to_string(conditions, ' and ')
    || ' order by p.created_at desc, p.id desc limit $9'
  using before_at, before_id, brands, said, of_category, with_tag, with_field, with_value, count, hits;
end
$$;
revoke execute on function products_found from public;
grant execute on function products_found to closetai_app, closetai_reader;
