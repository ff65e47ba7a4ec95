-- Queue time = started − created; processing time = completed − started; as p50, p95, p99 of the
-- jobs completed, from a histogram with buckets of 5 %: at most 2.5 % off.
-- Success rate = completed ÷ (completed + failed).
-- Grain: one row per engine with a job that ended, most completed jobs first.
-- Parameters:
--   since                  first day of the window
--   until                  first day after the window
--   origin                 shopper (what pages show unless asked otherwise), studio, demo, or all
-- Columns:
--   engine                 name of the engine
--   completed_count        jobs completed in the window
--   failed_count           jobs failed in the window
--   success_pct            success rate; n/a when nothing completed or failed
--   model_confidence_pct   mean confidence over completed jobs; n/a without
--   cost_usd               engine cost of all jobs that ended
--   queue_p50_ms           queue time that half of the jobs do not exceed; n/a without any
--   queue_p95_ms           the same of 95 in 100
--   queue_p99_ms           the same of 99 in 100
--   processing_p50_ms      processing time that half of the jobs do not exceed; n/a likewise
--   processing_p95_ms      the same of 95 in 100
--   processing_p99_ms      the same of 99 in 100
with counts as (
    select
        e.engine,
        sum(e.completed) as completed,
        sum(e.failed) as failed,
        sum(e.confidence_sum) / 1000 / nullif(sum(e.rated), 0) as confidence,
        sum(e.cost_sum) / 10000 as cost
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_engines e
        on r.grain = e.grain and r.first_day <= e.starts_on and r.day_after > e.starts_on
    where
        e.in_view = any(cast((select scope_views()) as uuid[]))
        and e.origin = any(each_origin(:origin))
    group by e.engine
    having sum(e.completed + e.failed + e.canceled) > 0
),

buckets as (
    select
        s.engine,
        s.phase,
        t.bucket,
        sum(t.jobs) as jobs
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_speed s
        on r.grain = s.grain and r.first_day <= s.starts_on and r.day_after > s.starts_on
    cross join unnest(s.buckets, s.counts) as t (bucket, jobs)
    where
        s.in_view = any(cast((select scope_views()) as uuid[]))
        and s.engine <> 'all'
        and s.origin = any(each_origin(:origin))
    group by s.engine, s.phase, t.bucket
),

ranked as (
    select
        b.engine,
        b.phase,
        b.bucket,
        sum(b.jobs) over (partition by b.engine, b.phase order by b.bucket)
        / sum(b.jobs) over (partition by b.engine, b.phase) as reached
    from buckets b
),

times as (
    select
        r.engine,
        bucket_ms(min(r.bucket) filter (where r.phase = 'queue' and r.reached >= 0.50)) as q50,
        bucket_ms(min(r.bucket) filter (where r.phase = 'queue' and r.reached >= 0.95)) as q95,
        bucket_ms(min(r.bucket) filter (where r.phase = 'queue' and r.reached >= 0.99)) as q99,
        bucket_ms(min(r.bucket) filter (where r.phase = 'processing' and r.reached >= 0.50)) as p50,
        bucket_ms(min(r.bucket) filter (where r.phase = 'processing' and r.reached >= 0.95)) as p95,
        bucket_ms(min(r.bucket) filter (where r.phase = 'processing' and r.reached >= 0.99)) as p99
    from ranked r
    group by r.engine
)

select
    c.engine,
    c.completed as completed_count,
    c.failed as failed_count,
    cast(c.completed as numeric) / nullif(c.completed + c.failed, 0) as success_pct,
    c.confidence as model_confidence_pct,
    c.cost as cost_usd,
    t.q50 as queue_p50_ms,
    t.q95 as queue_p95_ms,
    t.q99 as queue_p99_ms,
    t.p50 as processing_p50_ms,
    t.p95 as processing_p95_ms,
    t.p99 as processing_p99_ms
from counts c
left join times t on c.engine = t.engine
order by c.completed desc, c.engine asc
