-- Attribution over time: as revenue/attribution, by day, ISO week or month.
-- Grain: one row per day, week or month with a day in the window.
-- Parameters:
--   model                first, last or linear
--   step                 day, week or month
--   since                first day of the window; the first step is cut there
--   until                first day after the window; the last step is cut there
-- Columns:
--   day                  the first day of the step
--   attributed_usd       revenue of purchases with a touch: the sum of the three sources
--   tryon_usd            of that, by try-ons
--   recommendation_usd   of that, by recommendations
--   share_usd            of that, by shares
--   unattributed_usd     revenue of purchases without a touch
with sums as (
    select
        date_trunc(cast(:step as text), cast(v.starts_on as timestamp)) as day,
        sum(v.attributed_usd) as attributed,
        sum(v.tryon_usd) as tryon,
        sum(v.recommendation_usd) as recommendation,
        sum(v.share_usd) as share,
        sum(v.unattributed_usd) as unattributed
    from rollup_revenue v
    where
        v.in_view = any(cast((select scope_views()) as uuid[]))
        and v.model = cast(:model as text)
        and v.grain = 'day'
        and v.starts_on >= cast(:since as date)
        and v.starts_on < cast(:until as date)
    group by date_trunc(cast(:step as text), cast(v.starts_on as timestamp))
)

select
    d.day,
    coalesce(s.attributed, 0) as attributed_usd,
    coalesce(s.tryon, 0) as tryon_usd,
    coalesce(s.recommendation, 0) as recommendation_usd,
    coalesce(s.share, 0) as share_usd,
    coalesce(s.unattributed, 0) as unattributed_usd
from
    generate_series(
        date_trunc(cast(:step as text), cast(:since as timestamp)),
        cast(:until as timestamp) - interval '1 day',
        cast('1 ' || cast(:step as text) as interval)
    ) as d (day)
left join sums s on d.day = s.day
order by d.day
