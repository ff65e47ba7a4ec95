-- Reasons for rejection: rejected random draws by the reasons that their reviewers gave, dated by
-- the job's completion. A job may have several reasons, or none. Of every category and device.
-- Grain: one row per reason with a job, the most frequent first.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   origin           shopper (what pages show unless asked otherwise), studio, demo, or all
-- Columns:
--   reason           wrong_category, neckline, identity, lost_detail, hands, background or other
--   job_count        rejected jobs with that reason
--   rejected_count   all rejected jobs
--   rejected_pct     share of these with that reason
with reasons as (
    select
        s.reason,
        sum(s.jobs) as jobs
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_reasons s
        on r.grain = s.grain and r.first_day <= s.starts_on and r.day_after > s.starts_on
    where
        s.in_view = any(cast((select scope_views()) as uuid[]))
        and s.origin = any(each_origin(:origin))
    group by s.reason
    having sum(s.jobs) > 0
),

rejected as (
    select sum(v.verdicts - v.approved) as jobs
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_verdicts v
        on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
    where
        v.in_view = any(cast((select scope_views()) as uuid[]))
        and v.category = 'all'
        and v.device = 'all'
        and v.origin = any(each_origin(:origin))
)

select
    s.reason,
    s.jobs as job_count,
    r.jobs as rejected_count,
    cast(s.jobs as numeric) / nullif(r.jobs, 0) as rejected_pct
from reasons s
cross join rejected r
order by s.jobs desc, s.reason asc
