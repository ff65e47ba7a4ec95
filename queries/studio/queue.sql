-- The queue as its reader looks at it: what is being made, what waits in the order in which it may
-- come up (among brands the turns decide), then what has ended, the latest first.
-- Grain: one row per job, in that order.
-- Scope: brands and user.
-- Parameters:
--   since            jobs that ended before then are left out, unless they are of the batch
--   status           queued, processing, completed, failed, canceled, open (the first two), or all
--   engine           name of an engine, or all
--   batch            id of a batch, or all
--   row_count        how many jobs at most
-- Columns:
--   job_id           the job
--   subject          the product it is about, else its prompt; n/a without either
--   category         garment category; n/a without one
--   mode             kind of job
--   brand            the brand's name; n/a without one
--   origin           shopper, studio or demo
--   engine           engine
--   batch            the batch's name; n/a without one
--   is_paused        whether that is paused
--   status           queued, processing, completed, failed or canceled
--   priority_number  10 runs before 0 before -10
--   is_mine          whether the person launched it
--   failure          code of the failure; n/a unless failed
--   failure_message  what the engine said of it; n/a where it said nothing
--   attempt_count    how often it was begun
--   attempt_error    code of the latest attempt's error; n/a without one
--   is_made          whether an engine is at it
--   retry_at         from when on it is tried again; n/a unless it waits for that
--   created_at       when it was launched
--   started_at       when an engine began; n/a before
--   finished_at      when it ended; n/a before
-- Ways in, of which some run: what is open (never much), a batch, all brands in the order of time,
-- or brand by brand. Each is led by an index and stops at the limit; the policies of the table
-- alone would have every job of the window read.
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

found as (
    (
        select o.*
        from tryon_jobs o
        where
            :batch = 'all'
            and :status in ('all', 'open', 'queued', 'processing')
            and o.status in ('queued', 'processing')
            and (:status in ('all', 'open') or cast(o.status as text) = :status)
            and (:engine = 'all' or o.engine = :engine)
            and ((select s.is_wide from seen s) or o.brand_id in (select s.brand_id from few s))
        order by o.status desc, o.priority desc, o.created_at asc, o.id asc
        limit :row_count
    )
    union all
    select m.*
    from tryon_jobs m
    where
        m.batch_id = cast(nullif(:batch, 'all') as uuid)
        and (
            :status = 'all'
            or cast(m.status as text) = :status
            or (:status = 'open' and m.status in ('queued', 'processing'))
        )
        and (:engine = 'all' or m.engine = :engine)
        and ((select s.is_wide from seen s) or m.brand_id in (select s.brand_id from few s))
    union all
    (
        select w.*
        from tryon_jobs w
        where
            (select s.is_wide from seen s)
            and :batch = 'all'
            and w.finished_at >= cast(:since as timestamptz)
            and :status in ('all', 'completed', 'failed', 'canceled')
            and (:status = 'all' or cast(w.status as text) = :status)
            and (:engine = 'all' or w.engine = :engine)
        order by w.finished_at desc, w.id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select e.*
            from tryon_jobs e
            where
                e.brand_id = s.brand_id
                and :batch = 'all'
                and e.finished_at >= cast(:since as timestamptz)
                and :status in ('all', 'completed', 'failed', 'canceled')
                and (:status = 'all' or cast(e.status as text) = :status)
                and (:engine = 'all' or e.engine = :engine)
            order by e.finished_at desc, e.id desc
            limit :row_count
        ) as n
),

page as (
    select f.*
    from found f
    order by
        case f.status when 'processing' then 0 when 'queued' then 1 else 2 end,
        case when f.finished_at is null then f.priority end desc,
        f.finished_at desc,
        f.created_at asc,
        f.id asc
    limit :row_count
)

select
    p.id as job_id,
    coalesce(
        (
            select x.name from products x
            where x.id = p.product_id
        ),
        (
            select string_agg(x.name, ' + ' order by g.position)
            from tryon_garments g
            inner join products x on g.product_id = x.id
            where g.job_id = p.id
        ),
        p.prompt
    ) as subject,
    cast(p.category as text) as category,
    cast(p.mode as text) as mode,
    b.name as brand,
    cast(p.origin as text) as origin,
    p.engine,
    t.name as batch,
    t.paused_at is not null as is_paused,
    cast(p.status as text) as status,
    p.priority as priority_number,
    coalesce(p.user_id = scope_user(), false) as is_mine,
    p.failure_code as failure,
    p.failure_message,
    coalesce(a.number, 0) as attempt_count,
    a.error_code as attempt_error,
    p.status = 'processing' and a.number is not null and a.ended_at is null as is_made,
    case when p.status = 'processing' then a.retry_at end as retry_at,
    p.created_at,
    p.started_at,
    p.finished_at
from page p
left join brands b on p.brand_id = b.id
left join batches t on p.batch_id = t.id
left join lateral (
    select
        x.number,
        x.error_code,
        x.ended_at,
        x.retry_at
    from job_attempts x
    where x.job_id = p.id
    order by x.number desc
    limit 1
) as a on true
order by
    case p.status when 'processing' then 0 when 'queued' then 1 else 2 end,
    case when p.finished_at is null then p.priority end desc,
    p.finished_at desc,
    p.created_at asc,
    p.id asc
