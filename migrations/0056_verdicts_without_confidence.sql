-- depends: 0055_first_jobs

-- A verdict on a picture whose engine did not say how sure it was stood in the last tenth of the calibration, as one
-- of no confidence at all: least() leaves out what is null. Counted anew where there are such verdicts.
update rollup_state set is_stale = true
where
  exists (
    select from verdict_facts f
    where f.drawn_at_random and f.confidence is null
  );
