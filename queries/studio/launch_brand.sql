-- The brand whose pictures are tried on while none is picked: the largest with a garment to show.
-- Grain: one row, or none where no brand has one.
-- Parameters: none.
-- Columns:
--   brand_id   the brand
--   brand      its name
select
    b.id as brand_id,
    b.name as brand
from brands b
where
    b.id in (select scope_brands())
    and exists (
        select 1
        from products p
        inner join product_images x on p.id = x.product_id
        where p.brand_id = b.id and p.is_active and p.category is not null
    )
order by b.mrr desc, b.name asc, b.id asc
limit 1
