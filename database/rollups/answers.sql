-- rollup_answers: answers by day and month, those of 9 and 10, and those of 0 to 6.
with days as (
  select
    v.in_view, (a.answered_at at time zone 'UTC')::date as day, sum(a.sign) as answers,
    coalesce(sum(a.sign) filter (where a.score >= 9), 0) as promoters,
    coalesce(sum(a.sign) filter (where a.score <= 6), 0) as detractors
  from $answers as a
  left join brands b on b.id = a.brand_id
  cross join lateral (
    values (b.id), (every_brand()), (case when b.is_demo then every_demo_brand() end)
  ) as v (in_view)
  where v.in_view is not null
  group by v.in_view, day
)
insert into rollup_answers
select in_view, 'day', day, answers, promoters, detractors from days
union all
select
  in_view, 'month', date_trunc('month', day::timestamp)::date, sum(answers), sum(promoters), sum(detractors)
from days
group by in_view, date_trunc('month', day::timestamp)::date
