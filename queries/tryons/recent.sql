-- The newest jobs that the person may see: those of their brands, and their own.
-- Grain: one row per job, newest first.
-- Scope: brands and user.
-- Parameters:
--   since            first day to look at
--   origin           shopper, studio, demo, or all
--   row_count        how many at most
-- Columns:
--   job_id           job
--   brand            the brand's name; n/a without one
--   origin           shopper, studio or demo
--   mode             tryon, from_prompt, photo_text, product_shot or photo_set
--   category         garment category; n/a without one
--   status           queued, processing, completed, failed or canceled
--   confidence_pct   the engine's own estimate; n/a unless completed
--   failure          what failed; n/a unless failed
--   processing_ms    completed − started; n/a unless completed
--   created_at       when it was launched
--   finished_at      when it completed, failed or was canceled; n/a before
-- Three ways in: all brands together in the order of time, or brand by brand, and one's own. Each
-- is in the order of an index and stops at the limit; the policies alone would have all jobs read.
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

asked_for as not materialized (
    select j.*
    from tryon_jobs j
    where
        (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and j.created_at >= cast(:since as timestamptz)
),

found as (
    (
        select w.*
        from asked_for w
        where (select s.is_wide from seen s)
        order by w.created_at desc, w.id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select f.*
            from asked_for f
            where f.brand_id = s.brand_id
            order by f.created_at desc, f.id desc
            limit :row_count
        ) as n
    union all
    (
        select o.*
        from asked_for o
        where o.user_id = scope_user()
        order by o.created_at desc, o.id desc
        limit :row_count
    )
),

page as (
    select distinct f.*
    from found f
    order by f.created_at desc, f.id desc
    limit :row_count
)

select
    j.id as job_id,
    b.name as brand,
    cast(j.origin as text) as origin,
    cast(j.mode as text) as mode,
    cast(j.category as text) as category,
    cast(j.status as text) as status,
    j.confidence as confidence_pct,
    j.failure_code as failure,
    case
        when
            j.status = 'completed'
            then round(extract(epoch from j.finished_at - j.started_at) * 1000)
    end as processing_ms,
    j.created_at,
    j.finished_at
from page j
left join brands b on j.brand_id = b.id
order by j.created_at desc, j.id desc
