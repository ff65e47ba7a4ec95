-- rollup_completions: shoppers by day with a completed job and the one before.
insert into rollup_completions
select in_view, day, previous_completion, $sign * count(*), $sign * count(*) filter (where converted)
from $days as j
where previous_completion is not null
group by in_view, day, previous_completion
