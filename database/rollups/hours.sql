-- rollup_hours: launched jobs by the hour of their day.
with by_brand as (
  select
    e.brand_id, (e.created_at at time zone 'UTC')::date as day, e.origin,
    extract(hour from e.created_at at time zone 'UTC')::integer as place, sum(e.sign)::integer as jobs
  from $jobs as e
  group by e.brand_id, (e.created_at at time zone 'UTC')::date, e.origin, extract(hour from e.created_at at time zone 'UTC')
)
insert into rollup_hours
select v.in_view, e.day, e.origin, array[$by_hour]
from by_brand e
left join brands b on b.id = e.brand_id
cross join lateral $job_views as v (in_view)
group by v.in_view, e.day, e.origin
