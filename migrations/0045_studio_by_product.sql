-- The index of studios' spending by time is for products: it had the totals read among all of them.
-- depends: 0044_launches_by_month

drop index rollup_studio_by_time_idx;
create index rollup_studio_by_time_idx on rollup_studio (in_view, grain, starts_on)
include (product_id, completed, failed, credits, cost_sum)
where product_id <> every_product();
