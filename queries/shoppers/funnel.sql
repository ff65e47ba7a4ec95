-- Funnel: from the shopper's first launch in the window: launched → completed → saved → purchased,
-- each at or after the step before and within 7 days of the start. Shoppers whose 7 days are not
-- over are left out and counted beside the figure: they are over once the 7th day after the
-- launch's is. Saved: a look of one of their jobs to their wardrobe. Over all brands a shopper of
-- two counts once; over several brands short of all, shoppers are shopper–brand pairs.
-- Grain: one row.
-- Parameters:
--   since             first day of the window; jobs count on the day they were launched
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   launched_count    shoppers with a launched job in the window whose 7 days are over
--   completed_count   those of them with a completed job
--   saved_count       those of them who then saved a look
--   purchased_count   those of them who then purchased
--   left_out_count    shoppers whose 7 days are not over
--   completed_pct     completed ÷ launched; n/a when nobody's 7 days are over
--   saved_pct         saved ÷ launched
--   purchased_pct     purchased ÷ launched
-- A shopper's first day in the window is the one whose previous day lies before it.
with firsts as (
    select
        d.is_over,
        d.sign * l.launched as launched,
        d.sign * l.completed as completed,
        d.sign * l.saved as saved,
        d.sign * l.purchased as purchased
    from
        distinct_days(
            cast(:since as date), cast(:until as date), cast(:as_of as date)
        ) as d
    cross join lateral (
        select
            sum(r.launched) as launched,
            sum(r.completed) as completed,
            sum(r.saved) as saved,
            sum(r.purchased) as purchased
        from rollup_launches r
        where
            r.in_view = any(cast((select scope_views()) as uuid[]))
            and r.grain = d.grain
            and r.day = d.day
            and r.previous_day >= d.previous_from
            and r.previous_day < d.previous_until
    ) as l
),

counted as (
    select
        cast(coalesce(sum(f.launched) filter (where f.is_over), 0) as bigint) as launched_count,
        cast(coalesce(sum(f.completed) filter (where f.is_over), 0) as bigint) as completed_count,
        cast(coalesce(sum(f.saved) filter (where f.is_over), 0) as bigint) as saved_count,
        cast(coalesce(sum(f.purchased) filter (where f.is_over), 0) as bigint) as purchased_count,
        cast(coalesce(sum(f.launched) filter (where not f.is_over), 0) as bigint) as left_out_count
    from firsts f
)

select
    c.launched_count,
    c.completed_count,
    c.saved_count,
    c.purchased_count,
    c.left_out_count,
    cast(c.completed_count as numeric) / nullif(c.launched_count, 0) as completed_pct,
    cast(c.saved_count as numeric) / nullif(c.launched_count, 0) as saved_pct,
    cast(c.purchased_count as numeric) / nullif(c.launched_count, 0) as purchased_pct
from counted c
