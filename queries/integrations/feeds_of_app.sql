-- Feeds that a shop's app sends, by brand: the last day on which a try-on of a shopper came, a
-- touch, and an answer to how likely a shopper is to recommend the brand.
-- Grain: one row per brand, by name.
-- Parameters:
--   until         first day after the last one that counts
-- Columns:
--   brand_id      the brand
--   brand         its name
--   job_day       the last day with a launched try-on of a shopper; n/a without one
--   touch_day     the last day with a touch; n/a without one
--   answer_day    the last day with an answer; n/a without one
-- Most brands had a try-on in the last days: those of all brands lie together, and who is not among
-- them is looked for alone.
with lately as (
    select
        c.in_view as brand_id,
        max(c.starts_on) as job_day
    from rollup_cells c
    where
        c.grain = 'day'
        and c.starts_on >= cast(:until as date) - 3
        and c.starts_on < cast(:until as date)
        and c.category = 'all'
        and c.device = 'all'
        and c.origin = 'shopper'
        and c.launched > 0
    group by c.in_view
)

select
    cast(b.id as text) as brand_id,
    b.name as brand,
    cast(
        coalesce(
            l.job_day,
            (
                select max(h.starts_on)
                from rollup_hours h
                where
                    h.in_view = b.id
                    and h.starts_on < cast(:until as date)
                    and h.origin = 'shopper'
                    and 0 < any(h.by_hour)
            )
        ) as timestamp
    ) as job_day,
    (
        select date_trunc('day', max(t.touched_at) at time zone 'UTC')
        from touches t
        where t.brand_id = b.id and t.touched_at < cast(:until as timestamptz)
    ) as touch_day,
    (
        select date_trunc('day', max(n.answered_at) at time zone 'UTC')
        from nps_responses n
        where n.brand_id = b.id and n.answered_at < cast(:until as timestamptz)
    ) as answer_day
from brands b
left join lately l on b.id = l.brand_id
order by b.name, b.id
