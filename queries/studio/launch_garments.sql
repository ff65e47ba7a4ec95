-- What can be tried on: garments that the person has uploaded, then the brand's products that have
-- a picture.
-- Grain: one row per wardrobe item, newest first, then per product, in the order of their making.
-- Scope: brands and user.
-- Parameters:
--   category     garment category, or all
--   named        a part of the name, in whichever case; empty for any
--   row_count    how many of each at most
-- Columns:
--   kind         item or product
--   garment_id   the wardrobe item or product
--   object_id    the picture to show
--   name         its name
--   category     garment category
(
    select
        'item' as kind,
        i.id as garment_id,
        i.object_id,
        i.name,
        cast(i.category as text) as category
    from wardrobe_items i
    where
        i.user_id = scope_user()
        and i.kind = 'item'
        and i.object_id is not null
        and (:category = 'all' or i.category = cast(nullif(:category, 'all') as garment_category))
        and position(lower(:named) in lower(i.name)) > 0
    order by i.created_at desc, i.id desc
    limit :row_count
)
union all
(
    select
        'product' as kind,
        p.id as garment_id,
        x.object_id,
        p.name,
        cast(p.category as text) as category
    from scope_brands() as s (id)
    inner join products p on s.id = p.brand_id
    cross join
        lateral (
            select y.object_id
            from product_images y
            where y.product_id = p.id
            order by y.is_primary desc, y.position asc, y.object_id asc
            limit 1
        ) as x
    where
        p.is_active
        and p.category is not null
        and (:category = 'all' or p.category = cast(nullif(:category, 'all') as garment_category))
        and position(lower(:named) in lower(p.name)) > 0
    order by p.created_at, p.id
    limit :row_count
)
