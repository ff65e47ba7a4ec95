-- Net promoter score in stretches of 7 days, counted back from the window's end. Defined as in
-- shoppers/nps.
-- Grain: one row per stretch; the first one is shorter where the window is no multiple of 7 days.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
-- Columns:
--   week             first day of the stretch
--   answer_count     answers given in the stretch (n)
--   promoter_count   those of 9 and 10
--   detractor_count  those of 0 to 6
--   nps_pct          (promoters − detractors) ÷ answers, −1 to 1; n/a without an answer
with counted as (
    select
        (cast(:until as date) - 1 - a.starts_on) / 7 as back,
        sum(a.answers) as answers,
        sum(a.promoters) as promoters,
        sum(a.detractors) as detractors
    from rollup_answers a
    where
        a.in_view = any(cast((select scope_views()) as uuid[]))
        and a.grain = 'day'
        and a.starts_on >= cast(:since as date)
        and a.starts_on < cast(:until as date)
    group by back
)

select
    greatest(cast(:until as date) - 7 * (w.back + 1), cast(:since as date)) as week,
    coalesce(c.answers, 0) as answer_count,
    coalesce(c.promoters, 0) as promoter_count,
    coalesce(c.detractors, 0) as detractor_count,
    cast(c.promoters - c.detractors as numeric) / nullif(c.answers, 0) as nps_pct
from generate_series(0, (cast(:until as date) - cast(:since as date) - 1) / 7) as w (back)
left join counted c on w.back = c.back
order by week
