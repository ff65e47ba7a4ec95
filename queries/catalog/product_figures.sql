-- How one product does: try-ons and generations that are about it or show it, ever.
-- Grain: one row.
-- Scope: brands and user.
-- Parameters:
--   product_id       the product
--   as_of            the day that is not over yet
-- Columns:
--   launched_count   jobs launched
--   completed_count  jobs completed
--   week_count       of these, completed in the last seven complete days
--   failed_count     jobs failed
--   engine_cost_usd  what engines say that the jobs cost; n/a where none says it
--   credit_count     credits settled
--   rating           mean rating of its pictures, 1 to 5; n/a without one
--   rating_count     how many ratings that is
--   favorite_count   pictures that somebody made a favourite
with about as (
    select j.id
    from tryon_jobs j
    where j.product_id = cast(:product_id as uuid)
    union
    select g.job_id
    from tryon_garments g
    where g.product_id = cast(:product_id as uuid)
),

jobs as materialized (
    select
        j.id,
        j.status,
        j.finished_at,
        j.engine_cost_usd,
        j.credits
    from about a
    inner join tryon_jobs j on a.id = j.id
),

rated as (
    select
        avg(o.rating) as rating,
        count(o.rating) as rating_count,
        count(*) filter (where o.is_favorite) as favorite_count
    from jobs j
    inner join job_outputs o on j.id = o.job_id
)

select
    count(*) as launched_count,
    count(*) filter (where j.status = 'completed') as completed_count,
    count(*) filter (
        where
        j.status = 'completed'
        and j.finished_at >= cast(:as_of as date) - interval '7 days'
        and j.finished_at < cast(:as_of as date)
    ) as week_count,
    count(*) filter (where j.status = 'failed') as failed_count,
    sum(j.engine_cost_usd) as engine_cost_usd,
    coalesce(sum(j.credits) filter (where j.status = 'completed'), 0) as credit_count,
    (select r.rating from rated r) as rating,
    (select r.rating_count from rated r) as rating_count,
    (select r.favorite_count from rated r) as favorite_count
from jobs j
