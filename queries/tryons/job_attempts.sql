-- The attempts at one job: which engine, and how it ended.
-- Grain: one row per attempt, in order.
-- Scope: brands and user.
-- Parameters:
--   job_id            the job
-- Columns:
--   attempt_number    1 for the first
--   engine            engine
--   outcome           completed, failed, canceled or lost; n/a while it runs
--   error             code of the error; n/a without one
--   started_at        when it began
--   took_ms           ended − started; n/a while it runs
--   engine_cost_usd   what it cost; n/a where the engine says nothing
select
    a.number as attempt_number,
    a.engine,
    a.outcome,
    a.error_code as error,
    a.started_at,
    round(extract(epoch from a.ended_at - a.started_at) * 1000) as took_ms,
    a.engine_cost_usd
from job_attempts a
where a.job_id = cast(:job_id as uuid)
order by a.number
