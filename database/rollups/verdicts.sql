-- rollup_verdicts: random draws with a verdict.
with by_brand as (
  select
    f.brand_id, f.in_demo, f.category, f.device, f.day, f.origin, f.bin,
    $sign * count(*) as verdicts, $sign * count(*) filter (where f.approved) as approved,
    $sign * coalesce(sum((f.confidence * 1000)::bigint), 0) as confidence_sum,
    $sign * coalesce(sum((power(f.confidence - f.approved::integer, 2) * 1000000)::bigint), 0) as error_square_sum
  from (
    -- least() leaves out what is null.
    select *, case when confidence is null then -1 else least(floor(confidence * 10), 9) end::smallint as bin
    from verdict_facts
  ) as f
  where f.drawn_at_random and $verdicts
  group by f.brand_id, f.in_demo, f.category, f.device, f.day, f.origin, f.bin
),
days as (
  select
    v.in_view, coalesce(b.category, 'all') as category, coalesce(b.device, 'all') as device, b.day, b.origin, b.bin,
    sum(b.verdicts) as verdicts, sum(b.approved) as approved, sum(b.confidence_sum) as confidence_sum,
    sum(b.error_square_sum) as error_square_sum
  from by_brand b
  cross join lateral $verdict_views as v (in_view)
  group by grouping sets (
    (v.in_view, b.category, b.device, b.day, b.origin, b.bin), (v.in_view, b.day, b.origin, b.bin)
  )
)
insert into rollup_verdicts
select in_view, category, device, 'day', day, origin, bin, verdicts, approved, confidence_sum, error_square_sum from days
union all
select in_view, category, device, 'month', date_trunc('month', day::timestamp)::date, origin, bin, sum(verdicts),
  sum(approved), sum(confidence_sum), sum(error_square_sum)
from days
group by in_view, category, device, date_trunc('month', day::timestamp)::date, origin, bin
