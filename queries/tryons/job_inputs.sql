-- What one job was made of: the person, then the garments as they were asked for.
-- Grain: one row per person or garment, in order.
-- Scope: brands and user.
-- Parameters:
--   job_id      the job
-- Columns:
--   role        person or garment
--   name        the persona's or the product's name; n/a without one
--   category    what a garment is; n/a for a person
--   object_id   its stored picture; n/a where there is none (any more) that may be seen
with person as (
    select
        s.name,
        coalesce(
            j.selfie_object_id,
            s.thumbnail_object_id,
            (
                select x.object_id from persona_pictures x
                where x.persona_id = j.persona_id
                order by x.position, x.object_id
                limit 1
            )
        ) as object_id
    from tryon_jobs j
    left join personas s on j.persona_id = s.id
    where
        j.id = cast(:job_id as uuid)
        and (
            j.mode in ('tryon', 'photo_text', 'photo_set')
            or j.persona_id is not null
            or j.selfie_object_id is not null
        )
),

garments as (
    select
        g.position,
        p.name,
        cast(coalesce(g.category, i.category, p.category) as text) as category,
        coalesce(
            g.object_id,
            i.object_id,
            (
                select x.object_id from product_images x
                where x.product_id = g.product_id
                order by x.is_primary desc, x.position asc, x.object_id asc
                limit 1
            )
        ) as object_id
    from tryon_garments g
    left join wardrobe_items i on g.item_id = i.id
    left join products p on g.product_id = p.id
    where g.job_id = cast(:job_id as uuid)
),

inputs as (
    select
        'person' as role,
        -1 as place,
        p.name,
        null as category,
        p.object_id
    from person p
    union all
    select
        'garment' as role,
        g.position as place,
        g.name,
        g.category,
        g.object_id
    from garments g
)

select
    i.role,
    i.name,
    i.category,
    o.id as object_id
from inputs i
left join stored_objects o on i.object_id = o.id
order by i.place
