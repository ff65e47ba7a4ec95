-- rollup_curves: cumulative gross margin per shopper of each brand when a month begins, from what is added up by cohort.
with sizes as (
  select c.in_view, c.cohort, sum(c.shoppers) as shoppers
  from rollup_cohorts c
  where c.grain = 'month' and c.split = 'none' and c.number = 0 and c.in_view in ($brands)
  group by c.in_view, c.cohort
  having sum(c.shoppers) > 0
),
spans as (select in_view, min(cohort) as first_cohort, max(cohort) as last_cohort from sizes group by in_view),
-- The cohort for which the number-th month is complete just when this month begins.
cells as (
  select
    s.in_view, m.month, n.number, coalesce(z.shoppers, 0) as shoppers, coalesce(v.margin_usd, 0) as margin_usd
  from spans s
  cross join lateral generate_series(
    s.first_cohort + interval '1 month', s.last_cohort + interval '12 months', interval '1 month'
  ) as m (month)
  cross join generate_series(0, 11) as n (number)
  left join sizes z
    on z.in_view = s.in_view and z.cohort = (m.month - make_interval(months => n.number + 1))::date
  left join rollup_value v on v.in_view = z.in_view and v.cohort = z.cohort and v.number = n.number
),
complete as (
  select
    in_view, month, number, sum(shoppers) over so_far as shoppers, sum(margin_usd) over so_far as margin_usd
  from cells
  window so_far as (partition by in_view, number order by month)
),
cumulated as (
  select
    in_view, month, number,
    sum(margin_usd / shoppers) over (partition by in_view, month order by number) as margin_usd
  from complete
  where shoppers > 0
)
insert into rollup_curves
select
  in_view, month::date, lead(month::date, 1, 'infinity') over (partition by in_view order by month),
  array_agg(margin_usd order by number)
from cumulated
group by in_view, month
