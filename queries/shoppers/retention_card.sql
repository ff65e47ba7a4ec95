-- A D1 / D7 / D30 card pools the cohort days whose day N ended inside the window. Active = launched
-- a job. The cohort of a shopper is the day on which they launched their first job, with the brand
-- in view, ever.
-- Grain: one row.
-- Parameters:
--   since            first day of the window
--   until            first day after the window, at most the day that is not over yet
--   day_number       N
-- Columns:
--   cohort_count     shoppers whose day N is a day of the window
--   returned_count   those of them who launched a job on that day
--   retention_pct    returned ÷ cohort; n/a without shoppers
with people as (
    select
        counted_within(s.brand_id) as in_view,
        s.user_id,
        cast(min(s.first_job_at) at time zone 'UTC' as date) as first_day
    from shoppers s
    group by counted_within(s.brand_id), s.user_id
),

members as (
    select
        p.in_view,
        p.user_id,
        p.first_day + :day_number as day_n
    from people p
    where
        p.first_day + :day_number >= cast(:since as date)
        and p.first_day + :day_number < cast(:until as date)
),

active as (
    select distinct
        counted_within(j.brand_id) as in_view,
        j.user_id,
        cast(j.created_at at time zone 'UTC' as date) as day
    from tryon_jobs j
    where
        j.origin = 'shopper'
        and j.brand_id is not null
        and j.created_at >= cast(:since as timestamptz)
        and j.created_at < cast(:until as timestamptz)
)

select
    count(*) as cohort_count,
    count(a.user_id) as returned_count,
    cast(count(a.user_id) as numeric) / nullif(count(*), 0) as retention_pct
from members m
left join active a on m.in_view = a.in_view and m.user_id = a.user_id and m.day_n = a.day
