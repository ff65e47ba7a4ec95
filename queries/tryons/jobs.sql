-- The jobs behind a figure: those launched in the window, or those that ended in it, which were
-- counted on that day.
-- Grain: one row per job, the newest first.
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
--   bin_number       0 to 9 for a tenth of model confidence, or -1 for all
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
-- Three ways in, of which one runs: rows of many brands in the order of time, those of a few
-- brands, and those of one in the order of its index. The policies of the table alone would have
-- every job of the window read for one brand.
with seen as materialized (
    select
        scope_sees_all() or count(*) > 20 as is_wide,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

page as (
    select j.*
    from (
        select w.*
        from tryon_jobs w
        where (select s.is_wide from seen s)
        union all
        select f.*
        from tryon_jobs f
        where
            f.brand_id = any(
                array(
                    select unnest(s.brand_ids)
                    from seen s
                    where not s.is_wide and cardinality(s.brand_ids) > 1
                )
            )
        union all
        select o.*
        from tryon_jobs o
        where
            o.brand_id = (
                select s.brand_ids[1]
                from seen s
                where not s.is_wide and cardinality(s.brand_ids) = 1
            )
    ) as j
    where
        case
            when :dated = 'launched' then j.created_at >= cast(:since as timestamptz)
            else j.finished_at >= cast(:since as timestamptz)
        end
        and case
            when :dated = 'launched' then true
            else j.finished_at < cast(:until as timestamptz)
        end
        -- Nothing ends before it begins, so that this holds for both.
        and j.created_at < cast(:until as timestamptz)
        and (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or coalesce(cast(j.category as text), 'none') = :category)
        and (:device = 'all' or coalesce(cast(j.device as text), 'none') = :device)
        and (:engine = 'all' or j.engine = :engine)
        and (:status = 'all' or j.status = cast(nullif(:status, 'all') as job_status))
        and (:failure = 'all' or j.failure_code = :failure)
        and (
            cast(:weekday_number as integer) = 0
            or extract(isodow from j.created_at at time zone 'UTC')
            = cast(:weekday_number as integer)
        )
        and (
            cast(:hour_number as integer) = -1
            or extract(hour from j.created_at at time zone 'UTC') = cast(:hour_number as integer)
        )
        and (
            cast(:bin_number as integer) = -1
            or case
                when j.confidence is not null then least(floor(j.confidence * 10), 9)
            end = cast(:bin_number as integer)
        )
        and (:shopper = 'all' or j.user_id = cast(nullif(:shopper, 'all') as uuid))
    order by j.created_at desc, j.id desc
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
order by p.created_at desc, p.id desc
