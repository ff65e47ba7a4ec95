-- What was made with one product: the newest pictures of its jobs.
-- Grain: one row per picture, the newest first.
-- Scope: brands and user.
-- Parameters:
--   product_id      the product
--   row_count       how many to give, at most
-- Columns:
--   output_id       the picture as a result of its job
--   object_id       the stored picture
--   job_id          its job
--   engine          engine
--   confidence_pct  the engine's own estimate; n/a where it gives none
--   rating          its rating, 1 to 5; n/a without one
--   is_favorite     whether somebody made it a favourite
--   made_at         when it was made
with about as (
    select j.id
    from tryon_jobs j
    where j.product_id = cast(:product_id as uuid)
    union
    select g.job_id
    from tryon_garments g
    where g.product_id = cast(:product_id as uuid)
)

select
    o.id as output_id,
    o.object_id,
    j.id as job_id,
    j.engine,
    j.confidence as confidence_pct,
    o.rating,
    o.is_favorite,
    o.created_at as made_at
from about a
inner join tryon_jobs j on a.id = j.id
inner join job_outputs o on j.id = o.job_id
order by o.created_at desc, o.id desc
limit :row_count
