-- The shoppers behind a cell of retention: those who launched their first job, with the brand in
-- view, ever, in the window, and launched one in some of the periods after it. Over all brands a
-- shopper of two counts once; over several brands short of all, rows are shopper–brand pairs.
-- Grain: one row per shopper, the newest first.
-- Parameters:
--   since            first day of the cohorts
--   until            first day after the cohorts
--   as_of            the day that is not over yet
--   step             what a period is: day, week or month
--   first_period     first period, 0 being that of the first job
--   next_period      first period after them
--   split            none, category, device or channel
--   part             which of them: all without a split, unknown where nobody knows
--   row_count        how many shoppers at most
-- Columns:
--   shopper_id       the shopper
--   first_job_at     when they launched their first job
--   category         its garment category; n/a without one
--   device           its device; n/a without one
--   channel          what brought them; n/a where nobody knows
--   launched_count   jobs launched in those periods
--   last_job_at      the last of them
-- Two ways in, of which one runs: all brands in the order of the list, or brand by brand. Each is
-- in the order of an index and stops at the limit; the policy alone would have everything read.
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

-- The shopper's first brand in view; one of several brands is there once over all brands.
people as not materialized (
    select
        s.brand_id,
        s.user_id,
        s.first_job_at,
        s.first_category,
        s.first_device,
        s.channel
    from shoppers s
    where
        s.first_job_at >= cast(:since as timestamptz)
        and s.first_job_at < cast(:until as timestamptz)
        -- The first of the periods has begun.
        and s.first_job_at < (
            date_trunc(cast(:step as text), cast(:as_of as timestamp) - interval '1 day')
            + (1 - cast(:first_period as integer)) * cast('1 ' || cast(:step as text) as interval)
        ) at time zone 'UTC'
        and case cast(:split as text)
            when 'category' then coalesce(cast(s.first_category as text), 'unknown')
            when 'device' then coalesce(cast(s.first_device as text), 'unknown')
            when 'channel' then coalesce(s.channel, 'unknown')
            else 'all'
        end = cast(:part as text)
        and not exists (
            select 1
            from shoppers e
            where
                e.user_id = s.user_id
                and counted_within(e.brand_id) = counted_within(s.brand_id)
                and (e.first_job_at, e.brand_id) < (s.first_job_at, s.brand_id)
        )
),

active as not materialized (
    select
        p.*,
        a.launched_count,
        a.last_job_at
    from people p
    cross join
        lateral (
            select
                count(*) as launched_count,
                max(j.created_at) as last_job_at
            from tryon_jobs j
            cross join
                lateral (
                    select
                        date_trunc(cast(:step as text), j.created_at at time zone 'UTC') as active,
                        date_trunc(cast(:step as text), p.first_job_at at time zone 'UTC') as began
                ) as t
            where
                j.user_id = p.user_id
                and counted_within(j.brand_id) = counted_within(p.brand_id)
                and j.brand_id is not null
                and j.origin = 'shopper'
                and j.created_at < cast(:as_of as timestamptz)
                and case cast(:step as text)
                    when 'day' then extract(day from t.active - t.began)
                    when 'week' then extract(day from t.active - t.began) / 7
                    when 'month' then
                        (extract(year from t.active) - extract(year from t.began)) * 12
                        + extract(month from t.active) - extract(month from t.began)
                end between cast(:first_period as integer) and cast(:next_period as integer) - 1
        ) as a
    where a.launched_count > 0
),

found as (
    (
        select w.*
        from active w
        where (select s.is_wide from seen s)
        order by w.first_job_at desc, w.user_id desc
        limit :row_count
    )
    union all
    select n.*
    from few s
    cross join
        lateral (
            select f.*
            from active f
            where f.brand_id = s.brand_id
            order by f.first_job_at desc, f.user_id desc
            limit :row_count
        ) as n
)

select
    f.user_id as shopper_id,
    f.first_job_at,
    cast(f.first_category as text) as category,
    cast(f.first_device as text) as device,
    f.channel,
    f.launched_count,
    f.last_job_at
from found f
order by f.first_job_at desc, f.user_id desc
limit :row_count
