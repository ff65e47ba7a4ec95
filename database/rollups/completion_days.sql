-- rollup_completion_days: of rollup_completions, the days of brands as running sums over the days before.
insert into rollup_completion_days
select
  s.day, s.in_view, array_agg(s.previous_day order by s.previous_day), array_agg(s.shoppers order by s.previous_day),
  array_agg(s.converted order by s.previous_day)
from (
  select
    c.in_view, c.day, c.previous_day, sum(c.shoppers) over earlier as shoppers, sum(c.converted) over earlier as converted
  from rollup_completions c
  join brands b on b.id = c.in_view
  $touched
  where c.grain = 'day' and (c.shoppers, c.converted) <> (0, 0)
  window earlier as (partition by c.in_view, c.day order by c.previous_day)
) as s
group by s.day, s.in_view
