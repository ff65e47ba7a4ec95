-- Launched / completed / failed / canceled jobs: counted on the day the job reached that state
-- (launched: created). Success rate = completed ÷ (completed + failed).
-- Grain: one row per brand with a job, most completed jobs first, ties by name.
-- Parameters:
--   since             first day of the window
--   until             first day after the window
--   origin            shopper (what pages show unless asked otherwise), studio, demo, or all
--   category          garment category, or all
--   device            ios, android, desktop, tablet, other, or all
-- Columns:
--   brand_id          brand
--   name              its name
--   launched_count    jobs created in the window
--   completed_count   jobs completed in the window
--   failed_count      jobs failed in the window
--   canceled_count    jobs canceled in the window
--   success_pct       success rate; n/a when nothing completed or failed
with cells as (
    -- The total has an index of its own in the order of time, with what is added up in it, and so
    -- has what a filter leaves: one row of a month; of a day one for each device or category.
    select
        c.in_view,
        r.sign * c.launched as launched,
        r.sign * c.completed as completed,
        r.sign * c.failed as failed,
        r.sign * c.canceled as canceled
    from nearest_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_cells c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    where
        :category = 'all'
        and :device = 'all'
        and c.category = 'all'
        and c.device = 'all'
        and c.origin = any(each_origin(:origin))
    union all
    -- Added up part by part: few rows are left to be put together.
    select
        f.in_view,
        r.sign * f.launched as launched,
        r.sign * f.completed as completed,
        r.sign * f.failed as failed,
        r.sign * f.canceled as canceled
    from nearest_parts(cast(:since as date), cast(:until as date)) r
    cross join
        lateral (
            select
                c.in_view,
                cast(sum(c.launched) as integer) as launched,
                cast(sum(c.completed) as integer) as completed,
                cast(sum(c.failed) as integer) as failed,
                cast(sum(c.canceled) as integer) as canceled
            from rollup_cells c
            where
                (:category <> 'all' or :device <> 'all')
                and (c.category <> 'all' or c.device <> 'all')
                and r.grain = c.grain
                and r.first_day <= c.starts_on
                and r.day_after > c.starts_on
                and c.category = any(
                    case
                        when r.grain = 'month' then array[:category]
                        else cell_categories(:category, :device)
                    end
                )
                and c.device = any(
                    case
                        when r.grain = 'month' then array[:device]
                        else cell_devices(:category, :device)
                    end
                )
                and c.origin = any(each_origin(:origin))
            group by c.in_view
        ) as f
),

counts as (
    select
        c.in_view as brand_id,
        sum(c.launched) as launched,
        sum(c.completed) as completed,
        sum(c.failed) as failed,
        sum(c.canceled) as canceled
    from cells c
    group by c.in_view
    having sum(c.launched + c.completed + c.failed + c.canceled) > 0
)

select
    cast(b.id as text) as brand_id,
    b.name,
    c.launched as launched_count,
    c.completed as completed_count,
    c.failed as failed_count,
    c.canceled as canceled_count,
    cast(c.completed as numeric) / nullif(c.completed + c.failed, 0) as success_pct
from counts c
inner join brands b on c.brand_id = b.id
order by c.completed desc, b.name asc, b.id asc
