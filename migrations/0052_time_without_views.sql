-- What the indexes by time are for is every view of some days; those by brand tell a brand's verdicts alone.
-- depends: 0051_launch_days_by_time

-- A view is no longer looked for by them: where one view's year was asked for, some histories had it looked up day by day.
drop index rollup_cells_by_time_idx;
create index rollup_cells_by_time_idx on rollup_cells (grain, origin, starts_on)
include (in_view, launched, completed, failed, canceled, rated, confidence_sum)
where category = 'all' and device = 'all';

drop index rollup_verdicts_by_time_idx;
create index rollup_verdicts_by_time_idx on rollup_verdicts (grain, starts_on)
include (in_view, origin, verdicts, approved)
where category = 'all' and device = 'all';

-- In the order of the lists, and with all that they are narrowed by: a page of a large brand is read, not its year.
drop index verdict_facts_brand_idx;
create index verdict_facts_brand_idx on verdict_facts (brand_id, finished_at, job_id)
include (origin, category, device, drawn_at_random, confidence, approved);
create index verdict_facts_brand_worst_idx on verdict_facts (brand_id, confidence, finished_at desc, job_id desc)
include (origin, category, device) where not approved;
