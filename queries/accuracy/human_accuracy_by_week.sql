-- Human accuracy in stretches of 7 days, counted back from the window's end: approved ÷ jobs with a
-- verdict, over random draws only; dated by the job's completion. A day alone has too few of them
-- to show a course.
-- Grain: one row per stretch; the first one is shorter where the window is no multiple of 7 days.
-- Parameters:
--   since                first day of the window
--   until                first day after the window
--   origin               shopper (what pages show unless asked otherwise), studio, demo, or all
--   category             garment category, or all
--   device               ios, android, desktop, tablet, other, or all
-- Columns:
--   week                 first day of the stretch
--   approved_count       random draws whose verdict is approved
--   verdict_count        random draws with a verdict (n)
--   human_accuracy_pct   approved ÷ verdicts of the stretch; n/a when there is none
with stretches as (
    select
        greatest(cast(:until as date) - 7 * (w.back + 1), cast(:since as date)) as first_day,
        cast(:until as date) - 7 * w.back as day_after
    from generate_series(0, (cast(:until as date) - cast(:since as date) - 1) / 7) as w (back)
),

verdicts as materialized (
    select
        cast(v.finished_at at time zone 'UTC' as date) as day,
        v.approved
    from job_verdicts v
    where
        v.drawn_at_random
        and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
        and (:category = 'all' or v.category = cast(nullif(:category, 'all') as garment_category))
        and (:device = 'all' or v.device = cast(nullif(:device, 'all') as device_type))
        and v.finished_at >= cast(:since as timestamptz)
        and v.finished_at < cast(:until as timestamptz)
)

select
    w.first_day as week,
    count(*) filter (where v.approved) as approved_count,
    count(v.day) as verdict_count,
    cast(count(*) filter (where v.approved) as numeric)
    / nullif(count(v.day), 0) as human_accuracy_pct
from stretches w
left join verdicts v on w.first_day <= v.day and w.day_after > v.day
group by w.first_day
order by w.first_day
