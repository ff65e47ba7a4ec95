-- Queue time = started − created; processing time = completed − started; as p50, p95, p99 of the
-- jobs completed, from a histogram with buckets of 5 %: at most 2.5 % off.
-- Success rate = completed ÷ (completed + failed).
-- Grain: one row.
-- Parameters:
--   since               first day of the window
--   until               first day after the window
--   origin              shopper (what pages show unless asked otherwise), studio, demo, or all
-- Columns:
--   completed_count     jobs completed in the window
--   failed_count        jobs failed in the window
--   success_pct         success rate; n/a when nothing completed or failed
--   queue_p50_ms        queue time that half of the jobs do not exceed; n/a when nothing completed
--   queue_p95_ms        the same of 95 in 100
--   queue_p99_ms        the same of 99 in 100
--   processing_p50_ms   processing time that half of the jobs do not exceed; n/a likewise
--   processing_p95_ms   the same of 95 in 100
--   processing_p99_ms   the same of 99 in 100
with counts as (
    select
        coalesce(sum(c.completed), 0) as completed,
        coalesce(sum(c.failed), 0) as failed
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_cells c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = 'all'
        and c.device = 'all'
        and c.origin = any(each_origin(:origin))
),

buckets as (
    select
        s.phase,
        t.bucket,
        sum(t.jobs) as jobs
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_speed s
        on r.grain = s.grain and r.first_day <= s.starts_on and r.day_after > s.starts_on
    cross join unnest(s.buckets, s.counts) as t (bucket, jobs)
    where
        s.in_view = any(cast((select scope_views()) as uuid[]))
        and s.engine = 'all'
        and s.origin = any(each_origin(:origin))
    group by s.phase, t.bucket
),

ranked as (
    select
        b.phase,
        b.bucket,
        sum(b.jobs) over (partition by b.phase order by b.bucket)
        / sum(b.jobs) over (partition by b.phase) as reached
    from buckets b
),

-- The bucket in which the share of jobs reaches the percentile.
times as (
    select
        bucket_ms(min(r.bucket) filter (where r.phase = 'queue' and r.reached >= 0.50)) as q50,
        bucket_ms(min(r.bucket) filter (where r.phase = 'queue' and r.reached >= 0.95)) as q95,
        bucket_ms(min(r.bucket) filter (where r.phase = 'queue' and r.reached >= 0.99)) as q99,
        bucket_ms(min(r.bucket) filter (where r.phase = 'processing' and r.reached >= 0.50)) as p50,
        bucket_ms(min(r.bucket) filter (where r.phase = 'processing' and r.reached >= 0.95)) as p95,
        bucket_ms(min(r.bucket) filter (where r.phase = 'processing' and r.reached >= 0.99)) as p99
    from ranked r
)

select
    c.completed as completed_count,
    c.failed as failed_count,
    cast(c.completed as numeric) / nullif(c.completed + c.failed, 0) as success_pct,
    t.q50 as queue_p50_ms,
    t.q95 as queue_p95_ms,
    t.q99 as queue_p99_ms,
    t.p50 as processing_p50_ms,
    t.p95 as processing_p95_ms,
    t.p99 as processing_p99_ms
from counts c
cross join times t
