-- Movements of MRR by month: new, expansion, reactivation, contraction, churn, over all brands in
-- scope.
-- Grain: one row per month with a day in the window.
-- Parameters:
--   policy             strict or stripe
--   since              first day of the window; the first month begins with it
--   until              first day after the window; the last month ends before it
-- Columns:
--   month              first day of the month
--   new_usd            0 to positive for the first time ever
--   expansion_usd      up
--   reactivation_usd   0 to positive later
--   contraction_usd    down but above 0
--   churn_usd          to 0
with movements as (
    select
        date_trunc('month', cast(m.day as timestamp)) as month,
        sum(m.amount) filter (where m.kind = 'new') as new,
        sum(m.amount) filter (where m.kind = 'expansion') as expansion,
        sum(m.amount) filter (where m.kind = 'reactivation') as reactivation,
        sum(m.amount) filter (where m.kind = 'contraction') as contraction,
        sum(m.amount) filter (where m.kind = 'churn') as churn
    from mrr_movements m
    where
        m.policy = cast(:policy as mrr_policy)
        and m.day >= cast(:since as date)
        and m.day < cast(:until as date)
    group by date_trunc('month', cast(m.day as timestamp))
)

select
    t.month,
    coalesce(m.new, 0) as new_usd,
    coalesce(m.expansion, 0) as expansion_usd,
    coalesce(m.reactivation, 0) as reactivation_usd,
    coalesce(m.contraction, 0) as contraction_usd,
    coalesce(m.churn, 0) as churn_usd
from
    generate_series(
        date_trunc('month', cast(:since as timestamp)),
        cast(:until as timestamp) - interval '1 day',
        interval '1 month'
    ) as t (month)
left join movements m on t.month = m.month
order by t.month
