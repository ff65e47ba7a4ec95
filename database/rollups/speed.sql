-- rollup_speed: queue and processing times of completed jobs. What is there already of the same day is added in here:
-- a histogram is merged bucket by bucket.
with by_brand as materialized (
  select e.brand_id, e.engine, t.phase, (e.finished_at at time zone 'UTC')::date as day, e.origin,
    time_bucket(t.ms) as bucket, sum(e.sign)::integer as jobs
  from $jobs as e
  cross join lateral (values
    ('queue', (extract(epoch from e.started_at - e.created_at) * 1000)::double precision),
    ('processing', (extract(epoch from e.finished_at - e.started_at) * 1000)::double precision)
  ) as t (phase, ms)
  where e.status = 'completed'
  group by e.brand_id, e.engine, t.phase, (e.finished_at at time zone 'UTC')::date, e.origin, time_bucket(t.ms)
),
viewed as (
  select brand_id as in_view, engine, phase, day, origin, bucket, jobs
  from by_brand
  where brand_id is not null and origin <> 'demo'
  union all
  select every_brand(), engine, phase, day, origin, bucket, sum(jobs)::integer
  from by_brand
  group by engine, phase, day, origin, bucket
  union all
  select every_demo_brand(), e.engine, e.phase, e.day, e.origin, e.bucket, sum(e.jobs)::integer
  from by_brand e
  join brands b on b.id = e.brand_id
  where b.is_demo and e.origin <> 'demo'
  group by e.engine, e.phase, e.day, e.origin, e.bucket
),
days as materialized (
  select in_view, engine, phase, day, origin, bucket, jobs from viewed
  union all
  select in_view, 'all', phase, day, origin, bucket, sum(jobs)::integer from viewed group by in_view, phase, day, origin, bucket
),
fresh as (
  select in_view, engine, phase, 'day' as grain, day as starts_on, origin, bucket, jobs from days
  union all
  select in_view, engine, phase, 'month', date_trunc('month', day::timestamp)::date, origin, bucket, sum(jobs)::integer
  from days
  group by in_view, engine, phase, date_trunc('month', day::timestamp)::date, origin, bucket
),
merged as ($merged),
packed as (
  select
    in_view, engine, phase, grain, starts_on, origin,
    coalesce(array_agg(bucket order by bucket) filter (where jobs <> 0), '{}') as buckets,
    coalesce(array_agg(jobs order by bucket) filter (where jobs <> 0), '{}') as counts
  from merged
  group by in_view, engine, phase, grain, starts_on, origin
),
measured as materialized (
  select p.*, case when p.engine = 'all' then bucket_percentiles(p.buckets, p.counts) end as percentiles
  from packed p
)
insert into rollup_speed (in_view, engine, phase, grain, starts_on, origin, buckets, counts, p50_ms, p95_ms, p99_ms)
select
  in_view, engine, phase, grain, starts_on, origin, buckets, counts, percentiles[1], percentiles[2], percentiles[3]
from measured
