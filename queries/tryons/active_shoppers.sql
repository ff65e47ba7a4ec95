-- DAU / WAU / MAU: distinct shoppers with a launched job in the day / last 7 / last 30 complete
-- days. Stickiness = mean DAU of the last 30 days ÷ MAU. Over several brands short of all, distinct
-- counts are shopper-brand pairs. Jobs of origin shopper alone, of every category and device.
-- Grain: one row.
-- Parameters:
--   since                   the figures before are of the days that end with its eve
--   until                   first day after the last complete one that counts
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

-- Of a shopper's active days in a stretch, one has the active day before it outside: the first.
levels as (
    select
        m.label,
        a.dau_count,
        a.wau_count,
        a.mau_count,
        a.daily_count / 30 / nullif(a.mau_count, 0) as stickiness_pct
    from moments m
    cross join lateral (
        select
            coalesce(sum(l.launched) filter (where m.day_after - 1 = l.day), 0) as dau_count,
            coalesce(
                sum(l.launched) filter (
                    where m.day_after - 7 <= l.day and m.day_after - 7 > l.previous_day
                ), 0
            ) as wau_count,
            coalesce(
                sum(l.launched) filter (where m.day_after - 30 > l.previous_day), 0
            ) as mau_count,
            cast(sum(l.launched) as numeric) as daily_count
        from rollup_launches l
        where
            l.in_view = any(cast((select scope_views()) as uuid[]))
            and l.grain = 'day'
            and l.day >= m.day_after - 30
            and l.day < m.day_after
    ) as a
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
