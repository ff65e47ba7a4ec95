-- Behind a bar of the distribution of model confidence are the jobs of its bin, however rare, of a brand or of all.
-- depends: 0053_converted_by_time

-- A column, and not an expression in the indexes: under row-level security a condition on an expression of numeric is no
-- condition of an index, since it is not leakproof. The last bin holds its end.
alter table tryon_jobs
add column confidence_bin smallint generated always as (
  case when confidence is not null then least(floor(confidence * 50), 49)::smallint end
) stored;

create index tryon_jobs_bin_idx on tryon_jobs (confidence_bin, finished_at) where confidence_bin is not null;
create index tryon_jobs_brand_bin_idx on tryon_jobs (brand_id, confidence_bin, finished_at) where confidence_bin is not null;

create or replace function job_is_asked_for(
  job tryon_jobs, origin text, category text, device text, engine text, status text, failure text, weekday_number integer,
  hour_number integer, bin_number integer, shopper text
) returns boolean
language sql stable parallel safe
return (origin = 'all' or job.origin = nullif(origin, 'all')::job_origin)
  and (category = 'all' or coalesce(job.category::text, 'none') = category)
  and (device = 'all' or coalesce(job.device::text, 'none') = device)
  and (engine = 'all' or job.engine = engine)
  and (status = 'all' or job.status = nullif(status, 'all')::job_status)
  and (failure = 'all' or job.failure_code = failure)
  and (weekday_number = 0 or extract(isodow from job.created_at at time zone 'UTC') = weekday_number)
  and (hour_number = -1 or extract(hour from job.created_at at time zone 'UTC') = hour_number)
  and (bin_number = -1 or job.confidence_bin = bin_number)
  and (shopper = 'all' or job.user_id = nullif(shopper, 'all')::uuid);
