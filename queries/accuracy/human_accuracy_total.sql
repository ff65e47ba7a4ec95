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
    count(*) filter (where v.approved) as approved_count,
    count(*) as verdict_count,
    cast(count(*) filter (where v.approved) as numeric) / nullif(count(*), 0) as human_accuracy_pct
from job_verdicts v
where
    v.drawn_at_random
    and (:origin = 'all' or v.origin = cast(nullif(:origin, 'all') as job_origin))
    and (:category = 'all' or v.category = cast(nullif(:category, 'all') as garment_category))
    and (:device = 'all' or v.device = cast(nullif(:device, 'all') as device_type))
    and v.finished_at >= cast(:since as timestamptz)
    and v.finished_at < cast(:until as timestamptz)
