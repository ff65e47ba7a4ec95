-- Funnel in stretches of 7 days, counted back from the window's end, each a window of its own: from
-- the shopper's first launch in the stretch: launched → completed → saved → purchased, each at or
-- after the step before and within 7 days of the start; shoppers whose 7 days are not over are left
-- out.
-- Grain: one row per stretch; the first one is shorter where the window is no multiple of 7 days.
-- Parameters:
--   since             first day of the window; jobs count on the day they were launched
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   week              first day of the stretch
--   launched_count    shoppers with a launched job in the stretch whose 7 days are over
--   completed_count   those of them with a completed job
--   saved_count       those of them who then saved a look
--   purchased_count   those of them who then purchased
--   left_out_count    shoppers whose 7 days are not over
--   completed_pct     completed ÷ launched; n/a when nobody's 7 days are over
--   saved_pct         saved ÷ launched
--   purchased_pct     purchased ÷ launched
with days as (
    select
        cast(d.day as date) as day,
        greatest(
            cast(:until as date) - 7 * ((cast(:until as date) - 1 - cast(d.day as date)) / 7 + 1),
            cast(:since as date)
        ) as first_day
    from generate_series(
        cast(:since as timestamp), cast(:until as timestamp) - interval '1 day', interval '1 day'
    ) as d (day)
),

firsts as (
    -- Of a day's shoppers those are taken away who were there earlier in the stretch.
    select
        d.first_day,
        d.day + 7 < cast(:as_of as date) as is_over,
        t.launched - e.launched as launched,
        t.completed - e.completed as completed,
        t.saved - e.saved as saved,
        t.purchased - e.purchased as purchased
    from days d
    cross join
        lateral (
            select
                coalesce(sum(a.launched), 0) as launched,
                coalesce(sum(a.completed), 0) as completed,
                coalesce(sum(a.saved), 0) as saved,
                coalesce(sum(a.purchased), 0) as purchased
            from rollup_active a
            where a.in_view = any(cast((select scope_views()) as uuid[])) and a.day = d.day
        ) as t
    cross join
        lateral (
            select
                coalesce(sum(r.launched), 0) as launched,
                coalesce(sum(r.completed), 0) as completed,
                coalesce(sum(r.saved), 0) as saved,
                coalesce(sum(r.purchased), 0) as purchased
            from rollup_launches r
            where
                r.in_view = any(cast((select scope_views()) as uuid[]))
                and r.grain = 'day'
                and r.day = d.day
                and r.previous_day >= d.first_day
        ) as e
),

counted as (
    select
        f.first_day,
        cast(coalesce(sum(f.launched) filter (where f.is_over), 0) as bigint) as launched_count,
        cast(coalesce(sum(f.completed) filter (where f.is_over), 0) as bigint) as completed_count,
        cast(coalesce(sum(f.saved) filter (where f.is_over), 0) as bigint) as saved_count,
        cast(coalesce(sum(f.purchased) filter (where f.is_over), 0) as bigint) as purchased_count,
        cast(coalesce(sum(f.launched) filter (where not f.is_over), 0) as bigint) as left_out_count
    from firsts f
    group by f.first_day
)

select
    c.first_day as week,
    c.launched_count,
    c.completed_count,
    c.saved_count,
    c.purchased_count,
    c.left_out_count,
    cast(c.completed_count as numeric) / nullif(c.launched_count, 0) as completed_pct,
    cast(c.saved_count as numeric) / nullif(c.launched_count, 0) as saved_pct,
    cast(c.purchased_count as numeric) / nullif(c.launched_count, 0) as purchased_pct
from counted c
order by c.first_day
