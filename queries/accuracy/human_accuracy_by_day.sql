-- Human accuracy = approved ÷ jobs with a verdict, over random draws only; dated by the job's
-- completion.
-- Grain: one row per day of the window.
-- Parameters:
--   since                first day
--   until                first day after the last one
--   origin               shopper (what pages show unless asked otherwise), studio, demo, or all
--   category             garment category, or all
--   device               ios, android, desktop, tablet, other, or all
-- Columns:
--   day                  day
--   approved_count       random draws whose verdict is approved
--   verdict_count        random draws with a verdict (n)
--   human_accuracy_pct   approved ÷ verdicts of that day; n/a when there is none
with verdicts as (
    select
        date_trunc('day', v.finished_at at time zone 'UTC') as day,
        count(*) filter (where v.approved) as approved_count,
        count(*) as verdict_count
    from job_verdicts v
    where
        v.drawn_at_random
        and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or v.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or v.device = cast(nullif(:device, 'all') as device_type))
        and v.finished_at >= cast(:since as timestamptz)
        and v.finished_at < cast(:until as timestamptz)
    group by date_trunc('day', v.finished_at at time zone 'UTC')
)

select
    d.day,
    coalesce(v.approved_count, 0) as approved_count,
    coalesce(v.verdict_count, 0) as verdict_count,
    cast(v.approved_count as numeric) / v.verdict_count as human_accuracy_pct
from
    generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
left join verdicts v on d.day = v.day
order by d.day
