-- The reviews of one job, by nobody's name.
-- Grain: one row per review, the latest first.
-- Scope: brands and user.
-- Parameters:
--   job_id             the job
-- Columns:
--   reviewed_at        when
--   verdict            approved or rejected
--   reasons            reasons for a rejection; n/a without one
--   drawn              how the job came up: random, uncertainty, newest or value
--   is_adjudication    whether it settles what others disagreed on
--   rating_number      1 to 5; n/a without one
select
    r.created_at as reviewed_at,
    case when r.approved then 'approved' else 'rejected' end as verdict,
    nullif(array_to_string(r.reasons, ', '), '') as reasons,
    r.drawn,
    r.is_adjudication,
    r.rating as rating_number
from reviews r
where r.job_id = cast(:job_id as uuid)
order by r.created_at desc, r.id desc
