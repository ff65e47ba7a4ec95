-- rollup_value: attributed revenue by the calendar month after the month of the shopper's first job.
with people as (
  select
    j.user_id, j.in_view, date_trunc('month', j.first_day::timestamp)::date as cohort, j.in_all, j.in_demo
  from shopper_days j
  where j.day = j.first_day and j.previous_launch is not null and $users
),
in_all as (select p.user_id, min(p.cohort) as cohort from people p group by p.user_id),
bought as (
  select j.user_id, j.brand_id, date_trunc('month', j.day::timestamp)::date as month, j.net_usd, j.margin_usd
  from purchase_facts j
  where j.last_source is not null and $users
),
sales as (
  select b.brand_id as in_view, p.cohort, b.month, b.net_usd, b.margin_usd
  from bought b
  join people p on p.user_id = b.user_id and p.in_view = b.brand_id
  union all
  select every_demo_brand(), p.cohort, b.month, b.net_usd, b.margin_usd
  from bought b
  join people p on p.user_id = b.user_id and p.in_view = b.brand_id
  where p.in_demo
  union all
  select every_brand(), p.cohort, b.month, b.net_usd, b.margin_usd
  from bought b
  join in_all p on p.user_id = b.user_id
)
insert into rollup_value
select
  in_view, cohort, months_between(cohort, month), $sign * sum(net_usd), $sign * sum(margin_usd), $sign * count(*)
from sales
where month >= cohort
group by in_view, cohort, months_between(cohort, month)
