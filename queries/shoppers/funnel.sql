-- Funnel: from the shopper's first launch in the window: launched → completed → saved → purchased,
-- each at or after the step before and within 7 days of the start. Shoppers whose 7 days are not
-- over are left out and counted beside the figure. Saved: a look of one of their jobs to their
-- wardrobe. Over all brands a shopper of two counts once; over several brands short of all,
-- shoppers are shopper–brand pairs.
-- Grain: one row per part, the largest first; no rows without shoppers.
-- Parameters:
--   since             first day of the window; jobs count on the day they were launched
--   until             first day after the window
--   as_of             the day that is not over yet
--   split             category or device of the first launch, or none: one part of all
-- Columns:
--   part              category, device, or all; unknown where the job does not say
--   launched_count    shoppers with a launched job in the window whose 7 days are over
--   completed_count   those of them with a completed job
--   saved_count       those of them who then saved a look
--   purchased_count   those of them who then purchased
--   left_out_count    shoppers whose 7 days are not over
--   completed_pct     completed ÷ launched; n/a when nobody's 7 days are over
--   saved_pct         saved ÷ launched
--   purchased_pct     purchased ÷ launched
with launches as (
    select
        counted_within(j.brand_id) as in_view,
        j.user_id,
        j.created_at,
        j.id,
        coalesce(
            case cast(:split as text)
                when 'category' then cast(j.category as text)
                when 'device' then cast(j.device as text)
                else 'all'
            end,
            'unknown'
        ) as part
    from tryon_jobs j
    where
        j.origin = 'shopper'
        and j.brand_id is not null
        and j.user_id is not null
        and j.created_at >= cast(:since as timestamptz)
        and j.created_at < cast(:until as timestamptz)
),

firsts as (
    select distinct on (l.in_view, l.user_id)
        l.in_view,
        l.user_id,
        l.part,
        l.created_at as launched_at
    from launches l
    order by l.in_view, l.user_id, l.created_at, l.id
),

finished as materialized (
    select
        counted_within(j.brand_id) as in_view,
        j.user_id,
        j.finished_at
    from tryon_jobs j
    where
        j.status = 'completed'
        and j.origin = 'shopper'
        and j.brand_id is not null
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz) + interval '7 days'
),

looks as materialized (
    select
        counted_within(s.brand_id) as in_view,
        s.user_id,
        s.saved_at
    from saved_looks(
        cast(:since as timestamptz),
        cast(:until as timestamptz) + interval '7 days'
    ) s
),

bought as materialized (
    select
        counted_within(p.brand_id) as in_view,
        p.user_id,
        p.purchased_at
    from purchases p
    where
        p.purchased_at >= cast(:since as timestamptz)
        and p.purchased_at < cast(:until as timestamptz) + interval '7 days'
),

completed as (
    select
        f.in_view,
        f.user_id,
        f.part,
        f.launched_at,
        min(j.finished_at) as completed_at
    from firsts f
    left join finished j
        on
            f.in_view = j.in_view
            and f.user_id = j.user_id
            and f.launched_at <= j.finished_at
            and f.launched_at > j.finished_at - interval '7 days'
    group by f.in_view, f.user_id, f.part, f.launched_at
),

saved as (
    select
        c.in_view,
        c.user_id,
        c.part,
        c.launched_at,
        c.completed_at,
        min(s.saved_at) as saved_at
    from completed c
    left join looks s
        on
            c.in_view = s.in_view
            and c.user_id = s.user_id
            and c.completed_at <= s.saved_at
            and c.launched_at > s.saved_at - interval '7 days'
    group by c.in_view, c.user_id, c.part, c.launched_at, c.completed_at
),

outcomes as (
    select
        s.part,
        s.launched_at + interval '7 days' <= cast(:as_of as timestamptz) as is_over,
        s.completed_at is not null as has_completed,
        s.saved_at is not null as has_saved,
        count(b.user_id) > 0 as has_purchased
    from saved s
    left join bought b
        on
            s.in_view = b.in_view
            and s.user_id = b.user_id
            and s.saved_at <= b.purchased_at
            and s.launched_at > b.purchased_at - interval '7 days'
    group by s.in_view, s.user_id, s.part, s.launched_at, s.completed_at, s.saved_at
),

counted as (
    select
        o.part,
        count(*) filter (where o.is_over) as launched_count,
        count(*) filter (where o.is_over and o.has_completed) as completed_count,
        count(*) filter (where o.is_over and o.has_saved) as saved_count,
        count(*) filter (where o.is_over and o.has_purchased) as purchased_count,
        count(*) filter (where not o.is_over) as left_out_count
    from outcomes o
    group by o.part
)

select
    c.part,
    c.launched_count,
    c.completed_count,
    c.saved_count,
    c.purchased_count,
    c.left_out_count,
    cast(c.completed_count as numeric) / nullif(c.launched_count, 0) as completed_pct,
    cast(c.saved_count as numeric) / nullif(c.launched_count, 0) as saved_pct,
    cast(c.purchased_count as numeric) / nullif(c.launched_count, 0) as purchased_pct
from counted c
order by c.launched_count desc, c.part asc
