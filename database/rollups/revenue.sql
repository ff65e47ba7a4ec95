-- rollup_revenue: purchases by what led to them, under each model. Linear shares a purchase among its touches alike, to the
-- cent: the first share is rounded, then the first two together, and the last is what remains.
with credited as (
  select
    j.sign, j.brand_id, j.in_demo, j.day, j.net_usd, m.model, j.last_source is not null as is_attributed,
    case m.model when 'linear' then tryon_touches when 'first' then (first_source = 'tryon')::integer
      else (last_source = 'tryon')::integer end as tryon,
    case m.model when 'linear' then recommendation_touches when 'first' then (first_source = 'recommendation')::integer
      else (last_source = 'recommendation')::integer end as recommendation,
    case m.model when 'linear' then share_touches when 'first' then (first_source = 'share')::integer
      else (last_source = 'share')::integer end as share
  from $purchases as j
  cross join (values ('first'), ('last'), ('linear')) as m (model)
),
shared as (
  select
    c.*,
    case when is_attributed then round(net_usd * tryon / (tryon + recommendation + share), 2) end as tryon_usd,
    case when is_attributed then round(net_usd * (tryon + recommendation) / (tryon + recommendation + share), 2) end
      as without_share_usd
  from credited c
),
by_brand as (
  select
    brand_id, in_demo, model, day,
    coalesce(sum(sign * net_usd) filter (where is_attributed), 0) as attributed_usd,
    coalesce(sum(sign * tryon_usd), 0) as tryon_usd,
    coalesce(sum(sign * (without_share_usd - tryon_usd)), 0) as recommendation_usd,
    coalesce(sum(sign * (net_usd - without_share_usd)), 0) as share_usd,
    coalesce(sum(sign * net_usd) filter (where not is_attributed), 0) as unattributed_usd,
    coalesce(sum(sign) filter (where tryon > 0), 0) as tryon_count,
    coalesce(sum(sign) filter (where recommendation > 0), 0) as recommendation_count,
    coalesce(sum(sign) filter (where share > 0), 0) as share_count,
    coalesce(sum(sign) filter (where not is_attributed), 0) as unattributed_count,
    sum(sign) as purchase_count
  from shared
  group by brand_id, in_demo, model, day
),
days as (
  select
    v.in_view, b.model, b.day,
    sum(attributed_usd) as attributed_usd, sum(tryon_usd) as tryon_usd,
    sum(recommendation_usd) as recommendation_usd, sum(share_usd) as share_usd,
    sum(unattributed_usd) as unattributed_usd, sum(tryon_count) as tryon_count,
    sum(recommendation_count) as recommendation_count, sum(share_count) as share_count,
    sum(unattributed_count) as unattributed_count, sum(purchase_count) as purchase_count
  from by_brand b
  cross join lateral $brand_views as v (in_view)
  group by v.in_view, b.model, b.day
)
insert into rollup_revenue
select in_view, model, 'day', day, attributed_usd, tryon_usd, recommendation_usd, share_usd, unattributed_usd, tryon_count,
  recommendation_count, share_count, unattributed_count, purchase_count
from days
union all
select in_view, model, 'month', date_trunc('month', day::timestamp)::date, sum(attributed_usd), sum(tryon_usd),
  sum(recommendation_usd), sum(share_usd), sum(unattributed_usd), sum(tryon_count), sum(recommendation_count),
  sum(share_count), sum(unattributed_count), sum(purchase_count)
from days
group by in_view, model, date_trunc('month', day::timestamp)::date
