-- Conversion in stretches of 7 days, counted back from the window's end, each a window of its own:
-- of distinct shoppers with a completed job in the stretch, the share with an attributed purchase
-- within 7 days after their first such job; shoppers whose 7 days are not over are left out.
-- Grain: one row per stretch; the first one is shorter where the window is no multiple of 7 days.
-- Parameters:
--   since             first day of the window; jobs count on the day they completed
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   week              first day of the stretch
--   shopper_count     shoppers with a completed job in the stretch whose 7 days are over
--   converted_count   those of them with an attributed purchase in their 7 days
--   left_out_count    shoppers whose 7 days are not over
--   conversion_pct    converted ÷ shoppers; n/a without shoppers
with stretches as (
    select
        greatest(cast(:until as date) - 7 * (w.back + 1), cast(:since as date)) as first_day,
        cast(:until as date) - 7 * w.back as day_after
    from generate_series(0, (cast(:until as date) - cast(:since as date) - 1) / 7) as w (back)
),

jobs as (
    select
        counted_within(j.brand_id) as in_view,
        j.user_id,
        j.finished_at,
        (cast(:until as date) - 1 - cast(j.finished_at at time zone 'UTC' as date)) / 7 as back
    from tryon_jobs j
    where
        j.status = 'completed'
        and j.origin = 'shopper'
        and j.brand_id is not null
        and j.user_id is not null
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
),

firsts as (
    select
        j.in_view,
        j.user_id,
        greatest(cast(:until as date) - 7 * (j.back + 1), cast(:since as date)) as first_day,
        min(j.finished_at) as first_at
    from jobs j
    group by j.in_view, j.user_id, j.back
),

bought as materialized (
    select
        counted_within(p.brand_id) as in_view,
        p.user_id,
        p.purchased_at
    from attributed_purchases p
    where
        p.purchased_at >= cast(:since as timestamptz)
        and p.purchased_at < cast(:until as timestamptz) + interval '7 days'
),

outcomes as (
    select
        f.first_day,
        f.first_at + interval '7 days' <= cast(:as_of as timestamptz) as is_over,
        count(b.user_id) > 0 as has_converted
    from firsts f
    left join bought b
        on
            f.in_view = b.in_view
            and f.user_id = b.user_id
            and f.first_at <= b.purchased_at
            and f.first_at > b.purchased_at - interval '7 days'
    group by f.in_view, f.user_id, f.first_day, f.first_at
)

select
    w.first_day as week,
    count(*) filter (where o.is_over) as shopper_count,
    count(*) filter (where o.is_over and o.has_converted) as converted_count,
    count(*) filter (where not o.is_over) as left_out_count,
    cast(count(*) filter (where o.is_over and o.has_converted) as numeric)
    / nullif(count(*) filter (where o.is_over), 0) as conversion_pct
from stretches w
left join outcomes o on w.first_day = o.first_day
group by w.first_day
order by w.first_day
