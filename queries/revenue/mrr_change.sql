-- What changed: MRR by brand, once at each end of the period; the parts add up to the MRR of the
-- brands in scope, as in revenue/mrr_total.
-- Grain: one row per brand with MRR under the policy.
-- Parameters:
--   policy    strict or stripe
--   until     MRR is that of the end of the day before
-- Columns:
--   part      the brand's id
--   name      the brand's name
--   mrr_usd   the brand's MRR
select
    b.id as part,
    b.name,
    sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end) as mrr_usd
from mrr_movements m
inner join brands b on m.brand_id = b.id
where m.policy = cast(:policy as mrr_policy) and m.day < cast(:until as date)
group by b.id, b.name
having sum(case when m.kind in ('contraction', 'churn') then -m.amount else m.amount end) <> 0
order by mrr_usd desc, b.name asc, b.id asc
