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
    select t.*
    from review_tallies t
    where
        t.reviewed_at >= cast(:since as timestamptz)
        and t.reviewed_at < cast(:until as timestamptz)
),

people as (
    select max(t.reviewer_count) = 2 and min(t.reviewer_ids) = max(t.reviewer_ids) as are_two
    from tallies t
)

select
    t.reviewer_count,
    t.approved_count,
    t.first_approved,
    count(*) as job_count,
    p.are_two
from tallies t
cross join people p
group by t.reviewer_count, t.approved_count, t.first_approved, p.are_two
order by t.reviewer_count, t.approved_count, t.first_approved
