-- MRR at the end of each day: movements added up from the first one on.
-- Grain: one row per day of the window.
-- Parameters:
--   policy    strict or stripe
--   since     first day
--   until     first day after the last one
-- Columns:
--   day       day
--   mrr_usd   MRR at the end of that day
with changes as (
    select
        greatest(m.day, cast(:since as date)) as day,
        sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end) as delta
    from mrr_movements m
    where m.policy = cast(:policy as mrr_policy) and m.day < cast(:until as date)
    group by greatest(m.day, cast(:since as date))
)

select
    d.day,
    sum(coalesce(c.delta, 0)) over (order by d.day) as mrr_usd
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join changes c on d.day = c.day
order by d.day
