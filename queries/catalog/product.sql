-- One product.
-- Grain: one row, or none where the product does not exist or is another brand's.
-- Parameters:
--   product_id   the product
-- Columns:
--   product_id   the product
--   brand_id     its brand
--   brand        the brand's name
--   name         its name
--   sku          its SKU; n/a without one
--   category     garment category; n/a without one
--   description  what is said of it; n/a without that
--   fields       its custom fields, as JSON
--   tags         its tags, with commas
--   is_active    whether it is on offer
--   updated_at   when it was changed last
select
    p.id as product_id,
    p.brand_id,
    b.name as brand,
    p.name,
    p.sku,
    cast(p.category as text) as category,
    p.description,
    cast(p.custom_fields as text) as fields,
    array_to_string(p.tags, ', ') as tags,
    p.is_active,
    p.updated_at
from products p
inner join brands b on p.brand_id = b.id
where p.id = cast(:product_id as uuid)
