-- The channels that have brought shoppers, for the filter to offer.
-- Grain: one row per channel, by name.
-- Parameters: none
-- Columns:
--   channel         the channel; unknown where nobody knows
select r.part as channel
from rollup_returns r
where
    r.in_view = any(cast((select scope_views()) as uuid[]))
    and r.split = 'channel'
    and r.grain = 'month'
group by r.part
having sum(r.shoppers) > 0
order by r.part
