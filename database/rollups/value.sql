-- rollup_value: attributed revenue by the calendar month after the cohort's.
with sales as (
  select brand_id as in_view, cohort, day, net_usd, margin_usd from purchase_facts j where last_source is not null and $users
  union all
  select every_brand(), cohort_in_all, day, net_usd, margin_usd from purchase_facts j where last_source is not null and $users
  union all
  select every_demo_brand(), cohort, day, net_usd, margin_usd
  from purchase_facts j
  where last_source is not null and in_demo and $users
)
insert into rollup_value
select
  in_view, cohort, months_between(cohort, date_trunc('month', day::timestamp)::date),
  $sign * sum(net_usd), $sign * sum(margin_usd), $sign * count(*)
from sales
where day >= cohort
group by in_view, cohort, months_between(cohort, date_trunc('month', day::timestamp)::date)
