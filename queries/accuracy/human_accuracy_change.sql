-- What changed: verdicts of random draws by category, device or brand; to be asked for each of two
-- periods. The parts add up to accuracy/human_accuracy_total.
-- Grain: one row per part with a verdict. Of brands, what is nobody's is a part as well.
-- Parameters:
--   over             category, device or brand
--   since            first day of the window; verdicts count on the day their job completed
--   until            first day after the window
--   origin           shopper (what pages show unless asked otherwise), studio, demo, or all
--   category         garment category, or all; brands know none
--   device           ios, android, desktop, tablet, other, or all; brands know none
-- Columns:
--   part             category, device or the brand's id; unknown where a job has none, or is no
--                    brand's
--   name             the brand's name; n/a for other parts
--   approved_count   random draws whose verdict is approved
--   verdict_count    random draws with a verdict (n)
with of_brands as (
    select
        v.in_view,
        sum(v.verdicts) as verdicts,
        sum(v.approved) as approved
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_verdicts v
        on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
    where
        cast(:over as text) = 'brand'
        and v.category = 'all'
        and v.device = 'all'
        and v.origin = any(each_origin(:origin))
    group by v.in_view
),

brand_parts as (
    select
        b.id,
        b.name,
        o.verdicts,
        o.approved
    from of_brands o
    inner join brands b on o.in_view = b.id
),

-- Of all together, what no brand has; who sees not all sees nothing of it.
nobodys as (
    select
        o.verdicts - coalesce(sum(b.verdicts), 0) as verdicts,
        o.approved - coalesce(sum(b.approved), 0) as approved
    from of_brands o
    left join brand_parts b on true
    where o.in_view = every_brand()
    group by o.verdicts, o.approved
),

parts as (
    select
        case cast(:over as text) when 'category' then v.category else v.device end as part,
        null as name,
        v.verdicts,
        v.approved
    from range_parts(cast(:since as date), cast(:until as date)) r
    inner join rollup_verdicts v
        on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
    where
        cast(:over as text) in ('category', 'device')
        and v.in_view = any(cast((select scope_views()) as uuid[]))
        and v.category = any(each_category(:category))
        and v.device = any(each_device(:device))
        and v.origin = any(each_origin(:origin))
    union all
    select
        cast(b.id as text) as part,
        b.name,
        b.verdicts,
        b.approved
    from brand_parts b
    union all
    select
        'unknown' as part,
        null as name,
        n.verdicts,
        n.approved
    from nobodys n
)

select
    p.part,
    p.name,
    cast(sum(p.approved) as bigint) as approved_count,
    cast(sum(p.verdicts) as bigint) as verdict_count
from parts p
group by p.part, p.name
having sum(p.verdicts) > 0
order by verdict_count desc, p.part asc
