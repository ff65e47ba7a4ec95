-- DAU: distinct shoppers with a launched job in the day. Over several brands short of all, distinct
-- counts are shopper-brand pairs. Jobs of origin shopper alone, of every category and device.
-- Grain: one row per day of the window.
-- Parameters:
--   since       first day of the window
--   until       first day after the window
-- Columns:
--   day         day
--   dau_count   distinct shoppers with a job created on that day
with active as (
    select
        a.day,
        sum(a.launched) as shoppers
    from rollup_active a
    where
        a.in_view = any(cast((select scope_views()) as uuid[]))
        and a.day >= cast(:since as date)
        and a.day < cast(:until as date)
    group by a.day
)

select
    d.day,
    coalesce(a.shoppers, 0) as dau_count
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join active a on cast(d.day as date) = a.day
order by d.day
