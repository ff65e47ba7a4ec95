-- The pictures of one product, the primary one first.
-- Grain: one row per picture.
-- Parameters:
--   product_id  the product
-- Columns:
--   object_id   the stored picture
--   is_primary  whether it stands for the product
select
    x.object_id,
    x.is_primary
from product_images x
where x.product_id = cast(:product_id as uuid)
order by x.is_primary desc, x.position asc, x.object_id asc
