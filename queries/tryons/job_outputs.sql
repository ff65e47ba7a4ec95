-- The pictures that one job gave, as far as they are stored.
-- Grain: one row per picture, in order.
-- Scope: brands and user.
-- Parameters:
--   job_id          the job
-- Columns:
--   object_id       the stored picture
--   is_selected     whether it was chosen among several
--   rating_number   1 to 5; n/a without one
select
    o.object_id,
    o.is_selected,
    o.rating as rating_number
from job_outputs o
where o.job_id = cast(:job_id as uuid)
order by o.position, o.created_at, o.id
