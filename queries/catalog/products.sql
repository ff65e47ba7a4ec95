-- Products of a catalog, by what is looked for.
-- Grain: one row per product, the newest first.
-- Parameters:
--   words          words that all occur in name, SKU, tags or fields, as far as typed; empty: any
--   category       garment category, none, or all
--   tag            a tag, or all
--   field          the name of a custom field, or all
--   field_value    what that field is; empty for any value
--   is_active      yes, no, or all
--   before_at      products made before that time,
--   before_id      or at that time with a smaller id than this
--   row_count      how many to give, at most
-- Columns:
--   product_id     the product
--   brand_id       its brand
--   brand          the brand's name
--   object_id      its primary picture; n/a without one
--   picture_count  how many pictures it has
--   name           its name
--   sku            its SKU; n/a without one
--   category       garment category; n/a without one
--   description    what is said of it; n/a without that
--   fields         its custom fields, as JSON
--   tags           its tags, with commas
--   is_active      whether it is on offer
--   created_at     when it was made
--   updated_at     when it was changed last
with found as (
    select p.*
    from
        products_found(
            :words,
            :category,
            :tag,
            :field,
            :field_value,
            :is_active,
            cast(:before_at as timestamptz),
            cast(:before_id as uuid),
            :row_count
        ) as w (id)
    inner join products p on w.id = p.id
)

select
    f.id as product_id,
    f.brand_id,
    b.name as brand,
    (
        select x.object_id
        from product_images x
        where x.product_id = f.id
        order by x.is_primary desc, x.position asc, x.object_id asc
        limit 1
    ) as object_id,
    (
        select count(*)
        from product_images y
        where y.product_id = f.id
    ) as picture_count,
    f.name,
    f.sku,
    cast(f.category as text) as category,
    f.description,
    cast(f.custom_fields as text) as fields,
    array_to_string(f.tags, ', ') as tags,
    f.is_active,
    f.created_at,
    f.updated_at
from found f
inner join brands b on f.brand_id = b.id
order by f.created_at desc, f.id desc
