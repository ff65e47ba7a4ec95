-- DAU: distinct shoppers with a launched job in the day. Over several brands short of all, distinct
-- counts are shopper-brand pairs. Jobs of origin shopper alone.
-- Grain: one row per day of the window.
-- Parameters:
--   since       first day of the window
--   until       first day after the window
--   category    garment category, or all
--   device      ios, android, desktop, tablet, other, or all
-- Columns:
--   day         day
--   dau_count   distinct shoppers with a job created on that day
with active as (
    select distinct
        counted_within(j.brand_id) as in_view,
        j.user_id,
        date_trunc('day', j.created_at at time zone 'UTC') as day
    from tryon_jobs j
    where
        j.origin = 'shopper'
        and j.brand_id is not null
        and j.user_id is not null
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and j.created_at >= cast(:since as timestamptz)
        and j.created_at < cast(:until as timestamptz)
)

select
    d.day,
    count(a.user_id) as dau_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join active a on d.day = a.day
group by d.day
order by d.day
