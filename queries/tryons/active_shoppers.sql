-- DAU / WAU / MAU: distinct shoppers with a launched job in the day / last 7 / last 30 complete
-- days. Stickiness = mean DAU of the last 30 days ÷ MAU. Over several brands short of all, distinct
-- counts are shopper-brand pairs. Jobs of origin shopper alone.
-- Grain: one row.
-- Parameters:
--   since                   the figures before are of the days that end with its eve
--   until                   first day after the last complete one that counts
--   category                garment category, or all
--   device                  ios, android, desktop, tablet, other, or all
-- Columns:
--   dau_count               distinct shoppers of the last day
--   wau_count               distinct shoppers of the last 7 days
--   mau_count               distinct shoppers of the last 30 days
--   stickiness_pct          mean DAU of the last 30 days ÷ MAU; n/a without shoppers
--   dau_before_count        the same before
--   wau_before_count        the same before
--   mau_before_count        the same before
--   stickiness_before_pct   the same before
with moments as (
    select
        m.label,
        m.day_after
    from
        (
            values ('until', cast(:until as date)), ('since', cast(:since as date))
        ) as m (label, day_after)
),

active as (
    select distinct
        counted_within(j.brand_id) as in_view,
        j.user_id,
        cast(j.created_at at time zone 'UTC' as date) as day
    from tryon_jobs j
    where
        j.origin = 'shopper'
        and j.brand_id is not null
        and j.user_id is not null
        and (:category = 'all' or j.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or j.device = cast(nullif(:device, 'all') as device_type))
        and (
            (
                j.created_at >= cast(:until as timestamptz) - interval '30 days'
                and j.created_at < cast(:until as timestamptz)
            )
            or (
                j.created_at >= cast(:since as timestamptz) - interval '30 days'
                and j.created_at < cast(:since as timestamptz)
            )
        )
),

people as (
    select
        m.label,
        a.in_view,
        a.user_id,
        count(*) as day_count,
        max(a.day) >= m.day_after - 7 as in_week,
        max(a.day) = m.day_after - 1 as on_last_day
    from moments m
    inner join active a on m.day_after > a.day and m.day_after - 30 <= a.day
    group by m.label, m.day_after, a.in_view, a.user_id
),

levels as (
    select
        m.label,
        count(p.user_id) filter (where p.on_last_day) as dau_count,
        count(p.user_id) filter (where p.in_week) as wau_count,
        count(p.user_id) as mau_count,
        sum(p.day_count) / 30 / nullif(count(p.user_id), 0) as stickiness_pct
    from moments m
    left join people p on m.label = p.label
    group by m.label
)

select
    n.dau_count,
    n.wau_count,
    n.mau_count,
    n.stickiness_pct,
    b.dau_count as dau_before_count,
    b.wau_count as wau_before_count,
    b.mau_count as mau_before_count,
    b.stickiness_pct as stickiness_before_pct
from levels n
cross join levels b
where n.label = 'until' and b.label = 'since'
