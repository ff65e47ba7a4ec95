-- rollup_spend: acquisition spend by day and month.
with days as (
  select v.in_view, e.day, sum(e.usd) as usd
  from $spend as e
  left join brands b on b.id = e.brand_id
  cross join lateral (
    values (b.id), (every_brand()), (case when b.is_demo then every_demo_brand() end)
  ) as v (in_view)
  where v.in_view is not null
  group by v.in_view, e.day
)
insert into rollup_spend
select in_view, 'day', day, usd from days
union all
select in_view, 'month', date_trunc('month', day::timestamp)::date, sum(usd)
from days
group by in_view, date_trunc('month', day::timestamp)::date
