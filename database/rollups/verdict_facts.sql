-- verdict_facts: the outcome of each job that was judged, whether it was drawn at random, and what it cost.
insert into verdict_facts
select
  v.job_id, v.brand_id, coalesce(b.is_demo, false), v.origin, coalesce(v.category::text, 'unknown'),
  coalesce(v.device::text, 'unknown'), (v.finished_at at time zone 'UTC')::date, v.finished_at,
  v.drawn_at_random, v.confidence, v.approved,
  case when v.approved then '{}' else array(
    select distinct x.reason
    from (
      select distinct on (r.reviewer_id) r.approved, r.reasons
      from reviews r
      where r.job_id = v.job_id and not r.is_practice
      order by r.reviewer_id, r.created_at desc, r.id desc
    ) as latest
    cross join lateral unnest(latest.reasons) as x (reason)
    where not latest.approved
    order by x.reason
  ) end,
  j.credits
from job_verdicts v
join tryon_jobs j on j.id = v.job_id
left join brands b on b.id = v.brand_id
where $verdicts
