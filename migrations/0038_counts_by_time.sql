-- Counts of every brand, read in the order of time as well: with all of them beside the key the index alone answers.
-- depends: 0037_studio_spending

drop index rollup_cells_by_time_idx;
create index rollup_cells_by_time_idx on rollup_cells (grain, starts_on, in_view)
include (origin, launched, completed, failed, canceled, rated, confidence_sum) where category = 'all' and device = 'all';
