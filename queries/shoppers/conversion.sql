-- Conversion: of distinct shoppers with a completed job in the window, the share with an attributed
-- purchase within 7 days after their first such job. Shoppers whose 7 days are not over are left
-- out and counted beside the figure. Over all brands a shopper of two counts once; over several
-- brands short of all, shoppers are shopper–brand pairs.
-- Grain: one row.
-- Parameters:
--   since             first day of the window; jobs count on the day they completed
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   shopper_count     shoppers with a completed job in the window whose 7 days are over
--   converted_count   those of them with an attributed purchase in their 7 days
--   left_out_count    shoppers whose 7 days are not over
--   conversion_pct    converted ÷ shoppers; n/a without shoppers
with firsts as (
    select
        counted_within(j.brand_id) as in_view,
        j.user_id,
        min(j.finished_at) as first_at
    from tryon_jobs j
    where
        j.status = 'completed'
        and j.origin = 'shopper'
        and j.brand_id is not null
        and j.user_id is not null
        and j.finished_at >= cast(:since as timestamptz)
        and j.finished_at < cast(:until as timestamptz)
    group by
        counted_within(j.brand_id),
        j.user_id
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
        f.first_at + interval '7 days' <= cast(:as_of as timestamptz) as is_over,
        count(b.user_id) > 0 as has_converted
    from firsts f
    left join bought b
        on
            f.in_view = b.in_view
            and f.user_id = b.user_id
            and f.first_at <= b.purchased_at
            and f.first_at > b.purchased_at - interval '7 days'
    group by f.in_view, f.user_id, f.first_at
)

select
    count(*) filter (where o.is_over) as shopper_count,
    count(*) filter (where o.is_over and o.has_converted) as converted_count,
    count(*) filter (where not o.is_over) as left_out_count,
    cast(count(*) filter (where o.is_over and o.has_converted) as numeric)
    / nullif(count(*) filter (where o.is_over), 0) as conversion_pct
from outcomes o
