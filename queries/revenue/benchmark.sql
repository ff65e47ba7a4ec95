-- A brand's own position by MRR (strict) as a band between quartiles that were published over all
-- paying brands, rounded to two significant digits; blank when fewer than 20 brands pay.
-- Grain: one row per brand in scope, by name.
-- Parameters:
--   as_of                the day that is not over yet; a benchmark older than a week is none
-- Columns:
--   brand_id             brand
--   name                 the brand's name
--   mrr_usd              the brand's MRR on the day of the benchmark; today's without one
--   band                 lowest quarter, below median, above median or top quarter; n/a without a
--                        benchmark or MRR
--   lower_quartile_usd   a quarter of the brands pays less
--   median_usd           half of the brands pay less
--   upper_quartile_usd   three quarters of the brands pay less
--   brand_count          how many brands the quartiles are over
--   published_day        the day of the benchmark
with published as (
    select
        m.as_of,
        m.brand_count,
        m.lower_quartile,
        m.median,
        m.upper_quartile
    from benchmarks m
    where
        m.metric = 'mrr'
        and m.as_of <= cast(:as_of as date)
        and m.as_of > cast(:as_of as date) - 7
    order by m.as_of desc
    limit 1
),

own as (
    select
        b.id as brand_id,
        b.name,
        coalesce(
            sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end), 0
        ) as mrr
    from brands b
    left join mrr_movements m
        on
            b.id = m.brand_id
            and m.policy = 'strict'
            and m.day < coalesce((select p.as_of from published p), cast(:as_of as date))
    group by b.id, b.name
)

select
    o.brand_id,
    o.name,
    o.mrr as mrr_usd,
    case
        when o.mrr = 0 then null
        when o.mrr < p.lower_quartile then 'lowest quarter'
        when o.mrr < p.median then 'below median'
        when o.mrr < p.upper_quartile then 'above median'
        when o.mrr >= p.upper_quartile then 'top quarter'
    end as band,
    p.lower_quartile as lower_quartile_usd,
    p.median as median_usd,
    p.upper_quartile as upper_quartile_usd,
    p.brand_count,
    p.as_of as published_day
from own o
left join published p on true
order by o.name, o.brand_id
