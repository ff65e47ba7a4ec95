-- Attribution: touches (try-on, recommendation, share) of the 30 days before a purchase; first
-- touch, last touch or linear, each summing to the same total; a purchase without one is
-- unattributed. Returns reduce the revenue of their purchase. Linear shares a purchase among its
-- touches alike, to the cent, so that the shares add up to it.
-- Grain: one row.
-- Parameters:
--   model                  first, last or linear
--   since                  first day of the window; purchases count on their own day
--   until                  first day after the window
-- Columns:
--   attributed_usd         revenue of purchases with a touch: the sum of the three sources
--   tryon_usd              of that, by try-ons
--   recommendation_usd     of that, by recommendations
--   share_usd              of that, by shares
--   unattributed_usd       revenue of purchases without a touch
--   tryon_count            purchases with revenue by a try-on
--   recommendation_count   purchases with revenue by a recommendation
--   share_count            purchases with revenue by a share
--   unattributed_count     purchases without a touch
--   purchase_count         all purchases
select
    coalesce(sum(v.attributed_usd), 0) as attributed_usd,
    coalesce(sum(v.tryon_usd), 0) as tryon_usd,
    coalesce(sum(v.recommendation_usd), 0) as recommendation_usd,
    coalesce(sum(v.share_usd), 0) as share_usd,
    coalesce(sum(v.unattributed_usd), 0) as unattributed_usd,
    coalesce(sum(v.tryon_count), 0) as tryon_count,
    coalesce(sum(v.recommendation_count), 0) as recommendation_count,
    coalesce(sum(v.share_count), 0) as share_count,
    coalesce(sum(v.unattributed_count), 0) as unattributed_count,
    coalesce(sum(v.purchase_count), 0) as purchase_count
from range_parts(cast(:since as date), cast(:until as date)) r
inner join rollup_revenue v
    on r.grain = v.grain and r.first_day <= v.starts_on and r.day_after > v.starts_on
where v.in_view = any(cast((select scope_views()) as uuid[])) and v.model = cast(:model as text)
