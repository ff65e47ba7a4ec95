-- Launched jobs, counted by the hour of the week in which they were created, in UTC. Of every
-- category and device.
-- Grain: one row per weekday and hour with a job.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   origin           shopper (what pages show unless asked otherwise), studio, demo, or all
-- Columns:
--   weekday_number   1 (Monday) to 7 (Sunday)
--   hour_number      0 to 23
--   launched_count   jobs created in that hour of those weekdays, over the whole window
select
    cast(extract(isodow from h.starts_on) as integer) as weekday_number,
    cast(t.place - 1 as integer) as hour_number,
    sum(t.launched) as launched_count
from rollup_hours h
cross join unnest(h.by_hour) with ordinality as t (launched, place)
where
    h.in_view = any(cast((select scope_views()) as uuid[]))
    and h.origin = any(each_origin(:origin))
    and h.starts_on >= cast(:since as date)
    and h.starts_on < cast(:until as date)
group by extract(isodow from h.starts_on), t.place
having sum(t.launched) > 0
order by weekday_number, hour_number
