-- D1 / D7 / D30 retention by category or device of the first job, or by channel: of the shoppers
-- whose day N ended inside the window, the share who launched a job on it. Definitions as in
-- shoppers/retention_card.
-- Grain: one row per part, the largest first.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   as_of            the day that is not over yet
--   split            category, device or channel
-- Columns:
--   part             category, device or channel; n/a where nobody knows
--   d1_count         shoppers whose day 1 is a day of the window that is over
--   d1_pct           the share of them who launched a job on it; n/a without shoppers
--   d7_count         shoppers whose day 7 is a day of the window that is over
--   d7_pct           the share of them who launched a job on it
--   d30_count        shoppers whose day 30 is a day of the window that is over
--   d30_pct          the share of them who launched a job on it
with due as (
    select
        r.part,
        n.day_number,
        sum(r.shoppers) as shoppers,
        sum(
            case n.day_number when 1 then r.day_1 when 7 then r.day_7 else r.day_30 end
        ) as returned
    from (values (1), (7), (30)) as n (day_number)
    inner join rollup_returns r
        on
            r.cohort >= cast(:since as date) - n.day_number
            and r.cohort < least(cast(:until as date), cast(:as_of as date)) - n.day_number
    where
        r.in_view = any(cast((select scope_views()) as uuid[]))
        and r.split = cast(:split as text)
        and r.grain = 'day'
        -- All that the three take, for the index.
        and r.cohort >= cast(:since as date) - 30
        and r.cohort < cast(:until as date)
    group by r.part, n.day_number
),

parts as (
    select
        d.part,
        coalesce(sum(d.shoppers) filter (where d.day_number = 1), 0) as d1,
        sum(d.returned) filter (where d.day_number = 1) as back_1,
        coalesce(sum(d.shoppers) filter (where d.day_number = 7), 0) as d7,
        sum(d.returned) filter (where d.day_number = 7) as back_7,
        coalesce(sum(d.shoppers) filter (where d.day_number = 30), 0) as d30,
        sum(d.returned) filter (where d.day_number = 30) as back_30
    from due d
    group by d.part
    having sum(d.shoppers) > 0
)

select
    nullif(p.part, 'unknown') as part,
    cast(p.d1 as bigint) as d1_count,
    p.back_1 / nullif(p.d1, 0) as d1_pct,
    cast(p.d7 as bigint) as d7_count,
    p.back_7 / nullif(p.d7, 0) as d7_pct,
    cast(p.d30 as bigint) as d30_count,
    p.back_30 / nullif(p.d30, 0) as d30_pct
from parts p
order by p.d1 desc, p.part asc
