-- What products can be filtered by: their most frequent tags, and the names of their fields.
-- Grain: one row per tag or field, the most frequent first within each.
-- Parameters:
--   row_count      how many products to look at, at most, the newest first
-- Columns:
--   kind           tag or field
--   term           the tag, or the field's name
--   product_count  how many of the products have it
with looked_at as (
    select
        p.tags,
        p.custom_fields
    from products p
    order by p.created_at desc, p.id desc
    limit :row_count
),

terms as (
    select
        'tag' as kind,
        t.term
    from looked_at l
    cross join lateral unnest(l.tags) as t (term)
    union all
    select
        'field' as kind,
        k.term
    from looked_at l
    cross join lateral jsonb_object_keys(l.custom_fields) as k (term)
)

select
    t.kind,
    t.term,
    count(*) as product_count
from terms t
group by t.kind, t.term
order by t.kind desc, count(*) desc, t.term asc
limit 200
