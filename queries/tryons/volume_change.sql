-- What changed: completed jobs, and the model confidence of those that have one, by category,
-- device, engine or brand; to be asked for each of two periods. The parts add up to
-- tryons/volume_total and to the mean of accuracy/confidence_total.
-- Grain: one row per part with a completed job. Of brands, what is nobody's is a part as well: what
-- visitors of the demo tried on, and whoever generates without a brand.
-- Parameters:
--   over                category, device, engine or brand
--   since               first day of the window; jobs count on the day they completed
--   until               first day after the window
--   origin              shopper (what pages show unless asked otherwise), studio, demo, or all
--   category            garment category, or all; engines and brands know none
--   device              ios, android, desktop, tablet, other, or all; engines and brands know none
-- Columns:
--   part                category, device, engine or the brand's id; unknown where a job has none
--                       or is no brand's
--   name                the brand's name; n/a for other parts
--   completed_count     jobs completed in the window
--   rated_count         those of them with a confidence
--   thousandths_count   their confidence in thousandths, added up
with of_brands as (
    select
        c.in_view,
        sum(r.sign * c.completed) as completed,
        sum(r.sign * c.rated) as rated,
        sum(r.sign * c.confidence_sum) as confidence_sum
    from nearest_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_cells c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    where
        cast(:over as text) = 'brand'
        and c.category = 'all'
        and c.device = 'all'
        and c.origin = any(each_origin(:origin))
    group by c.in_view
),

brand_parts as (
    select
        b.id,
        b.name,
        o.completed,
        o.rated,
        o.confidence_sum
    from of_brands o
    inner join brands b on o.in_view = b.id
),

-- Of all together, what no brand has; who sees not all sees nothing of it.
nobodys as (
    select
        o.completed - coalesce(sum(b.completed), 0) as completed,
        o.rated - coalesce(sum(b.rated), 0) as rated,
        o.confidence_sum - coalesce(sum(b.confidence_sum), 0) as confidence_sum
    from of_brands o
    left join brand_parts b on true
    where o.in_view = every_brand()
    group by o.completed, o.rated, o.confidence_sum
),

parts as (
    select
        c.category as part,
        null as name,
        c.completed,
        c.rated,
        c.confidence_sum
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_cells c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    where
        cast(:over as text) = 'category'
        and c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = any(each_category(:category))
        and c.device = any(each_device(:device))
        and c.origin = any(each_origin(:origin))
    union all
    select
        c.device as part,
        null as name,
        c.completed,
        c.rated,
        c.confidence_sum
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_cells c
        on r.grain = c.grain and r.first_day <= c.starts_on and r.day_after > c.starts_on
    where
        cast(:over as text) = 'device'
        and c.in_view = any(cast((select scope_views()) as uuid[]))
        and c.category = any(each_category(:category))
        and c.device = any(each_device(:device))
        and c.origin = any(each_origin(:origin))
    union all
    select
        e.engine as part,
        null as name,
        e.completed,
        e.rated,
        e.confidence_sum
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_engines e
        on r.grain = e.grain and r.first_day <= e.starts_on and r.day_after > e.starts_on
    where
        cast(:over as text) = 'engine'
        and e.in_view = any(cast((select scope_views()) as uuid[]))
        and e.origin = any(each_origin(:origin))
    union all
    select
        cast(b.id as text) as part,
        b.name,
        b.completed,
        b.rated,
        b.confidence_sum
    from brand_parts b
    union all
    select
        'unknown' as part,
        null as name,
        n.completed,
        n.rated,
        n.confidence_sum
    from nobodys n
)

select
    p.part,
    p.name,
    cast(sum(p.completed) as bigint) as completed_count,
    cast(sum(p.rated) as bigint) as rated_count,
    cast(sum(p.confidence_sum) as bigint) as thousandths_count
from parts p
group by p.part, p.name
having sum(p.completed) > 0
order by completed_count desc, p.part asc
