-- How long a try-on takes at present, by engine.
-- Grain: one row per engine with a job that ended in the last hour.
-- Parameters: none.
-- Columns:
--   engine       engine
--   attempt_ms   average of its newest fifty attempts
select
    p.engine,
    p.attempt_ms
from queue_pace() p
