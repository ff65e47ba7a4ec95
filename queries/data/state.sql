-- What this database holds: demo data or real data, how far the demo data is filled in, since when
-- what is written waits to be added to the figures, and whether these are being counted anew.
-- Grain: one row. It belongs to nobody: any scope sees it.
-- Parameters: none.
-- Columns:
--   is_demo            whether this is demo data
--   progress_pct       how much of the demo data is there; n/a for real data
--   message            what the filling is doing; n/a for real data
--   sample_count       of how many try-ons, for what its brands pay, demo data holds one: they
--                      pay for 10 million; n/a for real data
--   filled_until_at    up to when there is demo data; n/a before the filling is done
--   waiting_since_at   when the oldest of what waits was written; n/a when nothing does
--   is_stale           whether all figures are being counted anew
select
    d.singleton is not null as is_demo,
    d.progress as progress_pct,
    d.message,
    cast(round(10000000.0 / d.job_target) as bigint) as sample_count,
    d.filled_until as filled_until_at,
    rollups_waiting_since() as waiting_since_at,
    rollups_are_stale() as is_stale
from (select true as here) as always
left join demo_state d on always.here = d.singleton
