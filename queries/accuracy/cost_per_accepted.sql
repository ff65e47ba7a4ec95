-- Cost per accepted image = (engine cost of all jobs ÷ completed jobs) ÷ human accuracy. All jobs:
-- those that completed, failed or were canceled in the window.
-- Grain: one row.
-- Parameters:
--   since                   first day of the window
--   until                   first day after the window
--   origin                  shopper (what pages show unless asked otherwise), studio, demo, or all
--   category                garment category, or all
--   device                  ios, android, desktop, tablet, other, or all
-- Columns:
--   engine_cost_usd         engine cost of all jobs
--   completed_count         jobs completed
--   human_accuracy_pct      approved ÷ verdicts of random draws; n/a when there is none
--   cost_per_accepted_usd   cost per accepted image; n/a without accepted images
with jobs as (
    select
        coalesce(sum(c.cost_sum), 0) / 10000 as cost,
        coalesce(sum(c.completed), 0) as completed
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_cells c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    where
        c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = any(cell_categories(:category, :device))
        and c.device = any(cell_devices(:category, :device))
        and c.origin = any(each_origin(:origin))
),

verdicts as (
    select cast(sum(v.approved) as numeric) / nullif(sum(v.verdicts), 0) as accuracy
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_verdicts v
        on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
    where
        v.in_view = any(cast((select scope_views()) as uuid[]))
        and v.category = any(cell_categories(:category, :device))
        and v.device = any(cell_devices(:category, :device))
        and v.origin = any(each_origin(:origin))
)

select
    j.cost as engine_cost_usd,
    j.completed as completed_count,
    v.accuracy as human_accuracy_pct,
    j.cost / nullif(j.completed, 0) / nullif(v.accuracy, 0) as cost_per_accepted_usd
from jobs j
cross join verdicts v
