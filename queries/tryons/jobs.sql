-- The jobs behind a figure: those launched in the window, or those that ended in it, which were
-- counted on that day.
-- Grain: one row per job, the newest first by that time.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   dated            launched (by creation) or ended (by completion, failure or cancellation)
--   origin           shopper, studio, demo, or all
--   category         garment category, none, or all
--   device           ios, android, desktop, tablet, other, none, or all
--   engine           name of an engine, or all
--   status           queued, processing, completed, failed, canceled, or all
--   failure          code of a failure, or all
--   weekday_number   1 (Monday) to 7 (Sunday) of the creation, or 0 for all
--   hour_number      0 to 23 of the creation, or -1 for all
--   bin_number       0 to 49 for a fiftieth of model confidence, or -1 for all
--   shopper          a shopper's id, or all
--   row_count        how many jobs at most
-- Columns:
--   job_id           the job
--   created_at       when it was launched
--   brand            the brand's name; n/a without one
--   category         garment category; n/a without one
--   device           device; n/a without one
--   engine           engine
--   origin           shopper, studio or demo
--   status           queued, processing, completed, failed or canceled
--   confidence_pct   the engine's own estimate; n/a before completion
--   verdict          approved or rejected; n/a without a verdict
--   processing_ms    completed − started; n/a unless completed
--   failure          code of the failure; n/a unless failed
-- Five ways in, of which one runs: one shopper's, or by the time of creation or of the end, all
-- brands together or brand by brand. Each is in the order of an index and stops at the limit; the
-- policies of the table alone would have every job of the window read.
with seen as materialized (
    select
        :shopper = 'all' and (scope_sees_all() or count(*) > 20) as is_wide,
        :shopper = 'all' and not scope_sees_all() and count(*) <= 20 as is_narrow,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

few as (
    select unnest(s.brand_ids) as brand_id
    from seen s
    where s.is_narrow
),

launched as not materialized (
    select j.*
    from tryon_jobs j
    where
        :dated = 'launched'
        and j.created_at >= cast(:since as timestamptz)
        and j.created_at < cast(:until as timestamptz)
        and job_is_asked_for(
            j, :origin, :category, :device, :engine, :status, :failure,
            cast(:weekday_number as integer), cast(:hour_number as integer),
            cast(:bin_number as integer), :shopper
        )
),

ended as not materialized (
    select j.*
    from tryon_jobs j
    where
        :dated = 'ended'
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
        and job_is_asked_for(
            j, :origin, :category, :device, :engine, :status, :failure,
            cast(:weekday_number as integer), cast(:hour_number as integer),
            cast(:bin_number as integer), :shopper
        )
),

found as (
    (
        select w.*
        from launched w
        where (select s.is_wide from seen s)
        order by w.created_at desc, w.id desc
        limit :row_count
    )
    union all
    (
        select v.*
        from ended v
        where (select s.is_wide from seen s)
        order by v.finished_at desc, v.id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select f.*
            from launched f
            where f.brand_id = s.brand_id
            order by f.created_at desc, f.id desc
            limit :row_count
        ) as n
    union all
    select n.*
    from few s
    cross join
        lateral (
            select e.*
            from ended e
            where e.brand_id = s.brand_id
            order by e.finished_at desc, e.id desc
            limit :row_count
        ) as n
    union all
    select l.*
    from launched l
    where l.user_id = cast(nullif(:shopper, 'all') as uuid)
    union all
    select e.*
    from ended e
    where e.user_id = cast(nullif(:shopper, 'all') as uuid)
),

page as (
    select
        f.*,
        case when :dated = 'launched' then f.created_at else f.finished_at end as dated_at
    from found f
    order by dated_at desc, f.id desc
    limit :row_count
)

select
    p.id as job_id,
    p.created_at,
    b.name as brand,
    cast(p.category as text) as category,
    cast(p.device as text) as device,
    p.engine,
    cast(p.origin as text) as origin,
    cast(p.status as text) as status,
    p.confidence as confidence_pct,
    (
        select case when v.approved then 'approved' else 'rejected' end
        from job_verdicts v
        where v.job_id = p.id
    ) as verdict,
    case
        when p.status = 'completed'
            then round(extract(epoch from p.finished_at - p.started_at) * 1000)
    end as processing_ms,
    p.failure_code as failure
from page p
left join brands b on p.brand_id = b.id
order by p.dated_at desc, p.id desc
