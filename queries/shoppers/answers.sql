-- The answers behind the net promoter score.
-- Grain: one row per answer, the newest first.
-- Parameters:
--   since        first day of the window
--   until        first day after the window
--   row_count    how many answers at most
-- Columns:
--   shopper_id   who answered; n/a where that is not known
--   answered_at  when
--   brand        the brand's name
--   score        0 to 10
--   comment      what they wrote besides; n/a without
-- Two ways in, of which one runs, as in revenue/purchases.
with seen as materialized (
    select
        scope_sees_all() or count(*) > 20 as is_wide,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

few as (
    select unnest(s.brand_ids) as brand_id
    from seen s
    where not s.is_wide
),

given as not materialized (
    select
        n.id,
        n.brand_id,
        n.user_id,
        n.answered_at,
        n.score,
        n.comment
    from nps_responses n
    where
        n.answered_at >= cast(:since as timestamptz)
        and n.answered_at < cast(:until as timestamptz)
),

found as (
    (
        select g.*
        from given g
        where (select s.is_wide from seen s)
        order by g.answered_at desc, g.id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select g.*
            from given g
            where g.brand_id = s.brand_id
            order by g.answered_at desc, g.id desc
            limit :row_count
        ) as n
)

select
    f.user_id as shopper_id,
    f.answered_at,
    b.name as brand,
    f.score,
    f.comment
from found f
inner join brands b on f.brand_id = b.id
order by f.answered_at desc, f.id desc
limit :row_count
