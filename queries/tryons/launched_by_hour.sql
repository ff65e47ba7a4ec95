-- Launched jobs, counted by the hour of the week in which they were created, in UTC.
-- Grain: one row per weekday and hour with a job.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   origin           shopper (what pages show unless asked otherwise), studio, demo, or all
--   category         garment category, or all
--   device           ios, android, desktop, tablet, other, or all
-- Columns:
--   weekday_number   1 (Monday) to 7 (Sunday)
--   hour_number      0 to 23
--   launched_count   jobs created in that hour of those weekdays, over the whole window
select
    cast(extract(isodow from j.created_at at time zone 'UTC') as integer) as weekday_number,
    cast(extract(hour from j.created_at at time zone 'UTC') as integer) as hour_number,
    count(*) as launched_count
from tryon_jobs j
where
    (:origin = 'all' or j.origin = cast(nullif(:origin, 'all') as job_origin))
    and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
    and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
    and j.created_at >= cast(:since as timestamptz)
    and j.created_at < cast(:until as timestamptz)
group by
    extract(isodow from j.created_at at time zone 'UTC'),
    extract(hour from j.created_at at time zone 'UTC')
order by weekday_number, hour_number
