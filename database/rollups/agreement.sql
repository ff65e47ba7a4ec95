-- rollup_agreement: jobs that two or more have reviewed, by who they are and what they said.
with by_brand as (
  select
    t.brand_id, coalesce(b.is_demo, false) as in_demo, (t.reviewed_at at time zone 'UTC')::date as day, t.reviewer_ids,
    t.approved_count, t.first_approved, sum(t.sign) as jobs
  from $tallies as t
  left join brands b on b.id = t.brand_id
  group by t.brand_id, b.is_demo, (t.reviewed_at at time zone 'UTC')::date, t.reviewer_ids, t.approved_count, t.first_approved
),
days as (
  select v.in_view, b.day, b.reviewer_ids, b.approved_count, b.first_approved, sum(b.jobs) as jobs
  from by_brand b
  cross join lateral $brand_views as v (in_view)
  group by v.in_view, b.day, b.reviewer_ids, b.approved_count, b.first_approved
)
insert into rollup_agreement
select in_view, 'day', day, reviewer_ids, approved_count, first_approved, jobs from days
union all
select in_view, 'month', date_trunc('month', day::timestamp)::date, reviewer_ids, approved_count, first_approved, sum(jobs)
from days
group by in_view, date_trunc('month', day::timestamp)::date, reviewer_ids, approved_count, first_approved
