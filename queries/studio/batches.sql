-- Batches and how far they are: those with a job that has not ended, then the newest.
-- Grain: one row per batch, unfinished ones first, the newest first.
-- Scope: brands and user.
-- Parameters:
--   row_count         how many at most
-- Columns:
--   batch_id          the batch
--   name              its name
--   brand             the brand's name
--   is_mine           whether the person made it
--   created_at        when
--   paused_at         since when it is paused; n/a unless it is
--   waiting_count     jobs that are queued
--   processing_count  jobs that have begun
--   completed_count   jobs that completed
--   failed_count      jobs that failed
--   canceled_count    jobs that were canceled
with seen as materialized (
    select
        scope_sees_all() or count(*) > 20 as is_wide,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

few as (
    select unnest(s.brand_ids) as brand_id
    from seen s
    where not s.is_wide
),

unfinished as materialized (
    select distinct j.batch_id
    from tryon_jobs j
    where j.status in ('queued', 'processing') and j.batch_id is not null
),

chosen as (
    (
        select b.id
        from batches b
        where
            b.id in (select u.batch_id from unfinished u)
            and ((select s.is_wide from seen s) or b.brand_id in (select s.brand_id from few s))
        order by b.created_at desc, b.id desc
        limit :row_count
    )
    union
    (
        select b.id
        from batches b
        where ((select s.is_wide from seen s) or b.brand_id in (select s.brand_id from few s))
        order by b.created_at desc, b.id desc
        limit :row_count
    )
)

select
    b.id as batch_id,
    b.name,
    r.name as brand,
    coalesce(b.user_id = scope_user(), false) as is_mine,
    b.created_at,
    b.paused_at,
    n.waiting as waiting_count,
    n.processing as processing_count,
    n.completed as completed_count,
    n.failed as failed_count,
    n.canceled as canceled_count
from chosen c
inner join batches b on c.id = b.id
left join brands r on b.brand_id = r.id
cross join
    lateral (
        select
            count(*) filter (where j.status = 'queued') as waiting,
            count(*) filter (where j.status = 'processing') as processing,
            count(*) filter (where j.status = 'completed') as completed,
            count(*) filter (where j.status = 'failed') as failed,
            count(*) filter (where j.status = 'canceled') as canceled
        from tryon_jobs j
        where j.batch_id = c.id
    ) as n
order by n.waiting + n.processing = 0, b.created_at desc, b.id desc
limit :row_count
