-- Of every brand: completed jobs of shoppers, their model confidence, and human accuracy (n) of the
-- random draws among them.
-- Grain: one row per brand with a completed job in the window, the one with the most first.
-- Parameters:
--   since                 first day of the window
--   until                 first day after the window
-- Columns:
--   brand_id              brand
--   name                  its name
--   completed_count       jobs completed in the window
--   model_confidence_pct  mean confidence of those; n/a when none has one
--   approved_count        random draws among those whose verdict is approved
--   verdict_count         random draws among those with a verdict (n)
--   human_accuracy_pct    approved ÷ verdicts; n/a when there is none
with jobs as (
    select
        c.brand_id,
        sum(p.sign * c.completed) as completed_count,
        sum(p.sign * c.rated) as rated_count,
        sum(p.sign * c.thousandths) as thousandths
    from nearest_parts(cast(:since as date), cast(:until as date)) p
    -- Added up part by part, so that each is read by its index, whatever the planner expects.
    cross join
        lateral (
            select
                x.in_view as brand_id,
                sum(x.completed) as completed,
                sum(x.rated) as rated,
                sum(x.confidence_sum) as thousandths
            from rollup_cells x
            where
                x.grain = p.grain
                and x.starts_on >= p.first_day
                and x.starts_on < p.day_after
                and x.category = 'all'
                and x.device = 'all'
                and x.origin = 'shopper'
            group by x.in_view
        ) as c
    group by c.brand_id
),

verdicts as (
    select
        v.in_view as brand_id,
        sum(p.sign * v.verdicts) as verdict_count,
        sum(p.sign * v.approved) as approved_count
    from nearest_parts(cast(:since as date), cast(:until as date)) p
    inner join rollup_verdicts v
        on p.grain = v.grain and p.first_day <= v.starts_on and p.day_after > v.starts_on
    where
        v.category = 'all'
        and v.device = 'all'
        and v.origin = 'shopper'
    group by v.in_view
)

select
    cast(b.id as text) as brand_id,
    b.name,
    cast(j.completed_count as bigint) as completed_count,
    j.thousandths / nullif(j.rated_count, 0) / 1000 as model_confidence_pct,
    coalesce(v.approved_count, 0) as approved_count,
    coalesce(v.verdict_count, 0) as verdict_count,
    cast(v.approved_count as numeric) / nullif(v.verdict_count, 0) as human_accuracy_pct
from jobs j
inner join brands b on j.brand_id = b.id
left join verdicts v on j.brand_id = v.brand_id
where j.completed_count > 0
order by j.completed_count desc, b.name asc, b.id asc
