-- Queue time = started − created; processing time = completed − started; as p50, p95, p99 of the
-- jobs completed, from a histogram with buckets of 5 %: at most 2.5 % off.
-- Grain: one row per day, week or month of the window; the first may have begun before it.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
--   phase             queue or processing: which of the two times
--   step              day, week or month
-- Columns:
--   day               first day of the day, week or month
--   completed_count   jobs completed in it, as far as the window goes
--   p50_ms            time that half of the jobs do not exceed; n/a when nothing completed
--   p95_ms            the same of 95 in 100
--   p99_ms            the same of 99 in 100
with days as materialized (
    select
        date_trunc(cast(:step as text), cast(s.starts_on as timestamp)) as day,
        s.buckets,
        s.counts,
        s.p50_ms,
        s.p95_ms,
        s.p99_ms,
        count(*) over (
            partition by date_trunc(cast(:step as text), cast(s.starts_on as timestamp))
        ) as row_count
    from rollup_speed s
    where
        s.in_view = any(cast((select scope_views()) as uuid[]))
        and s.engine = 'all'
        and s.phase = cast(:phase as text)
        and s.origin = any(each_origin(:origin))
        and s.grain = 'day'
        and s.starts_on >= cast(:since as date)
        and s.starts_on < cast(:until as date)
),

-- Only what several rows make together has to be added up; one alone says its percentiles.
buckets as (
    select
        d.day,
        t.bucket,
        sum(t.jobs) as jobs
    from days d
    cross join unnest(d.buckets, d.counts) as t (bucket, jobs)
    where d.row_count > 1
    group by d.day, t.bucket
),

ranked as (
    select
        b.day,
        b.bucket,
        b.jobs,
        sum(b.jobs) over (partition by b.day order by b.bucket)
        / sum(b.jobs) over (partition by b.day) as reached
    from buckets b
),

times as (
    select
        r.day,
        cast(sum(r.jobs) as bigint) as completed,
        bucket_ms(min(r.bucket) filter (where r.reached >= 0.50)) as p50_ms,
        bucket_ms(min(r.bucket) filter (where r.reached >= 0.95)) as p95_ms,
        bucket_ms(min(r.bucket) filter (where r.reached >= 0.99)) as p99_ms
    from ranked r
    group by r.day
    union all
    select
        d.day,
        (select sum(t.jobs) from unnest(d.counts) as t (jobs)) as completed,
        d.p50_ms,
        d.p95_ms,
        d.p99_ms
    from days d
    where d.row_count = 1
)

select
    d.day,
    coalesce(t.completed, 0) as completed_count,
    t.p50_ms,
    t.p95_ms,
    t.p99_ms
from
    generate_series(
        date_trunc(cast(:step as text), cast(:since as timestamp)),
        cast(:until as timestamp) - interval '1 day',
        cast('1 ' || :step as interval)
    ) as d (day)
left join times t on d.day = t.day
order by d.day
