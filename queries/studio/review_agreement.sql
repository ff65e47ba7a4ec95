-- How reviewers agree: jobs that two or more have reviewed, by how many approved. Of each reviewer
-- the latest review counts; adjudications and demo visitors' practice do not. Dated by the last of
-- a job's reviews. Raw agreement, Cohen's κ and Krippendorff's α are in metrics.py.
-- Grain: one row per number of reviewers, number of approvals, and verdict of the first reviewer.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
-- Columns:
--   reviewer_count    reviewers of each of these jobs
--   approved_count    how many of them approved
--   first_approved    whether the one with the lowest id did
--   job_count         jobs
--   are_two           whether all jobs of the window were reviewed by the same two people
with tallies as (
    select
        a.reviewer_ids,
        a.approved_count,
        a.first_approved,
        sum(a.jobs) as job_count
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_agreement a
        on r.grain = a.grain and r.first_day <= a.starts_on and r.day_after > a.starts_on
    where a.in_view = any(cast((select scope_views()) as uuid[]))
    group by a.reviewer_ids, a.approved_count, a.first_approved
),

people as (
    select
        cardinality(min(t.reviewer_ids)) = 2
        and min(t.reviewer_ids) = max(t.reviewer_ids) as are_two
    from tallies t
)

select
    cardinality(t.reviewer_ids) as reviewer_count,
    t.approved_count,
    t.first_approved,
    sum(t.job_count) as job_count,
    p.are_two
from tallies t
cross join people p
group by cardinality(t.reviewer_ids), t.approved_count, t.first_approved, p.are_two
order by reviewer_count, t.approved_count, t.first_approved
