-- Net promoter score: share of answers of 9 and 10 less share of those of 0 to 6.
-- Grain: one row.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
-- Columns:
--   answer_count     answers given in the window (n)
--   promoter_count   those of 9 and 10
--   detractor_count  those of 0 to 6
--   nps_pct          (promoters − detractors) ÷ answers, −1 to 1; n/a without an answer
with counts as (
    select
        coalesce(sum(a.answers), 0) as answers,
        coalesce(sum(a.promoters), 0) as promoters,
        coalesce(sum(a.detractors), 0) as detractors
    from range_parts(cast(:since as date), cast(:until as date)) p
    inner join rollup_answers a
        on p.grain = a.grain and p.first_day <= a.starts_on and p.day_after > a.starts_on
    where a.in_view = any(cast((select scope_views()) as uuid[]))
)

select
    c.answers as answer_count,
    c.promoters as promoter_count,
    c.detractors as detractor_count,
    cast(c.promoters - c.detractors as numeric) / nullif(c.answers, 0) as nps_pct
from counts c
