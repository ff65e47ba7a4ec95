-- Lists of jobs behind a figure: the newest of a window, of all brands or of a few, at any size.
-- depends: 0013_rollups

create index tryon_jobs_created_at_idx on tryon_jobs (created_at);
create index tryon_jobs_finished_at_idx on tryon_jobs (finished_at) where finished_at is not null;
create index tryon_jobs_brand_finished_idx on tryon_jobs (brand_id, finished_at) where finished_at is not null;
-- What the three above do better.
drop index tryon_jobs_created_idx;
drop index tryon_jobs_finished_idx;

-- Whether a job is among those asked for; 'all', 0 and −1 ask for any, 'none' for those that do not say. It stands here, and
-- not in the query, because that has several ways into the table.
create function job_is_asked_for(
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
  and (
    bin_number = -1 or (job.confidence is not null and least(floor(job.confidence * 10), 9) = bin_number)
  )
  and (shopper = 'all' or job.user_id = nullif(shopper, 'all')::uuid);
