-- rollup_next_completions: of rollup_completions, the days of brands by the day before, as running sums over the later ones.
insert into rollup_next_completions
select
  s.day, s.in_view, array_agg(s.next_day order by s.next_day), array_agg(s.shoppers order by s.next_day),
  array_agg(s.converted order by s.next_day)
from (
  select
    c.in_view, c.previous_day as day, c.day as next_day, sum(c.shoppers) over earlier as shoppers,
    sum(c.converted) over earlier as converted
  from rollup_completions c
  join brands b on b.id = c.in_view
  $touched
  where c.grain = 'day' and c.previous_day > '-infinity' and (c.shoppers, c.converted) <> (0, 0)
  window earlier as (partition by c.in_view, c.previous_day order by c.day)
) as s
group by s.day, s.in_view
