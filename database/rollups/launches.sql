-- rollup_launches: shoppers by active day and the one before, and how far they came.
insert into rollup_launches
select
  in_view, day, previous_launch, $sign * count(*), $sign * count(*) filter (where furthest >= 1),
  $sign * count(*) filter (where furthest >= 2), $sign * count(*) filter (where furthest >= 3)
from $days as j
where previous_launch is not null
group by in_view, day, previous_launch
