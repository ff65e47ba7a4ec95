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
with verdicts as (
    select
        (cast(:until as date) - v.starts_on - 1) / 7 as back,
        sum(v.approved) as approved,
        sum(v.verdicts) as verdicts
    from rollup_verdicts v
    where
        v.in_view = any(cast((select scope_views()) as uuid[]))
        and v.category = any(cell_categories(:category, :device))
        and v.device = any(cell_devices(:category, :device))
        and v.origin = any(each_origin(:origin))
        and v.grain = 'day'
        and v.starts_on >= cast(:since as date)
        and v.starts_on < cast(:until as date)
    group by (cast(:until as date) - v.starts_on - 1) / 7
)

select
    greatest(cast(:until as date) - 7 * (w.back + 1), cast(:since as date)) as week,
    coalesce(v.approved, 0) as approved_count,
    coalesce(v.verdicts, 0) as verdict_count,
    cast(v.approved as numeric) / nullif(v.verdicts, 0) as human_accuracy_pct
from generate_series(0, (cast(:until as date) - cast(:since as date) - 1) / 7) as w (back)
left join verdicts v on w.back = v.back
order by w.back desc
