-- D1 / D7 / D30 retention in stretches of 7 days, counted back from the window's end: each pools
-- the cohort days whose day N ended inside the stretch.
-- Grain: one row per stretch; the first one is shorter where the window is no multiple of 7 days.
-- Parameters:
--   since            first day of the window
--   until            first day after the window, at most the day that is not over yet
--   day_number       N
-- Columns:
--   week             first day of the stretch
--   cohort_count     shoppers whose day N is a day of the stretch
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
),

stretches as (
    select
        greatest(cast(:until as date) - 7 * (w.back + 1), cast(:since as date)) as first_day,
        cast(:until as date) - 7 * w.back as day_after
    from generate_series(0, (cast(:until as date) - cast(:since as date) - 1) / 7) as w (back)
)

select
    w.first_day as week,
    count(m.user_id) as cohort_count,
    count(a.user_id) as returned_count,
    cast(count(a.user_id) as numeric) / nullif(count(m.user_id), 0) as retention_pct
from stretches w
left join members m on w.first_day <= m.day_n and w.day_after > m.day_n
left join active a on m.in_view = a.in_view and m.user_id = a.user_id and m.day_n = a.day
group by w.first_day
order by w.first_day
