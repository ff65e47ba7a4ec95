-- Human accuracy = approved ÷ jobs with a verdict, over random draws only (at least one in five
-- jobs of a review queue is drawn at random), with its Wilson 95 % interval and n; under 30 it is
-- marked provisional. A job's verdict is the adjudicated one, else the majority of the reviewers'
-- latest; a tie is unresolved and not counted; dated by the job's completion.
-- Grain: one row. The interval is metrics.wilson(approved_count, verdict_count).
-- Parameters:
--   since                first day of the window
--   until                first day after the window
--   origin               shopper (what pages show unless asked otherwise), studio, demo, or all
--   category             garment category, or all
--   device               ios, android, desktop, tablet, other, or all
-- Columns:
--   approved_count       random draws whose verdict is approved
--   verdict_count        random draws with a verdict (n)
--   human_accuracy_pct   approved ÷ verdicts; n/a when there is none
select
    coalesce(sum(v.approved), 0) as approved_count,
    coalesce(sum(v.verdicts), 0) as verdict_count,
    cast(sum(v.approved) as numeric) / nullif(sum(v.verdicts), 0) as human_accuracy_pct
from range_parts(cast(:since as date), cast(:until as date)) r
inner join rollup_verdicts v
    on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
where
    v.in_view = any(cast((select scope_views()) as uuid[]))
    and v.category = any(cell_categories(:category, :device))
    and v.device = any(cell_devices(:category, :device))
    and v.origin = any(each_origin(:origin))
