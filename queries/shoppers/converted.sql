-- The shoppers behind conversion: those with an attributed purchase within 7 days after their first
-- completed job in the window, on its day. Definitions as in shoppers/conversion. Over all brands a
-- shopper of two counts once; over several brands short of all, rows are shopper–brand pairs.
-- Grain: one row per shopper, those of the last day first.
-- Parameters:
--   since            first day of the window; jobs count on the day they completed
--   until            first day after the window
--   as_of            the day that is not over yet
--   row_count        how many shoppers at most
-- Columns:
--   shopper_id       the shopper
--   completed_on     the day of their first completed job in the window
--   first_on         the day of their first job ever
--   category         its garment category; n/a without one
--   device           its device; n/a without one
--   channel          what brought them; n/a where nobody knows
-- Two ways in, of which one runs: all brands in the order of the list, or brand by brand. Each is
-- in the order of an index and stops at the limit; the policy alone would have everything read.
with seen as materialized (
    select
        scope_sees_all() or count(*) > 20 as is_wide,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

few as (
    select unnest(s.brand_ids) as in_view
    from seen s
    where not s.is_wide
),

-- Their day before that one lies before the window, and the 7 days from it are over.
firsts as not materialized (
    select
        d.in_view,
        d.day,
        d.user_id,
        d.in_all
    from shopper_days d
    where
        d.converted
        and d.day >= cast(:since as date)
        and d.day < least(cast(:until as date), cast(:as_of as date) - 7)
        and d.previous_completion < cast(:since as date)
),

found as (
    (
        select w.*
        from firsts w
        where (select s.is_wide from seen s) and (w.in_all or not scope_sees_all())
        order by w.day desc, w.in_view desc, w.user_id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select f.*
            from firsts f
            where f.in_view = s.in_view
            order by f.day desc, f.in_view desc, f.user_id desc
            limit :row_count
        ) as n
),

page as (
    select f.*
    from found f
    order by f.day desc, f.in_view desc, f.user_id desc
    limit :row_count
)

select
    p.user_id as shopper_id,
    p.day as completed_on,
    d.first_day as first_on,
    nullif(d.first_category, 'unknown') as category,
    nullif(d.first_device, 'unknown') as device,
    nullif(d.channel, 'unknown') as channel
from page p
inner join shopper_days d on p.user_id = d.user_id and p.in_view = d.in_view and p.day = d.day
order by p.day desc, p.in_view desc, p.user_id desc
