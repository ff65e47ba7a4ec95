-- Figures of every brand at once: their rows in the order of time, with what is added up beside the key.
-- depends: 0015_studio

create index rollup_cells_by_time_idx on rollup_cells (grain, starts_on, in_view)
include (origin, completed, rated, confidence_sum) where category = 'all' and device = 'all';

create index rollup_verdicts_by_time_idx on rollup_verdicts (grain, starts_on, in_view)
include (origin, verdicts, approved) where category = 'all' and device = 'all';

create index rollup_cohorts_sizes_idx on rollup_cohorts (grain, cohort, in_view)
include (shoppers) where split = 'none' and number = 0;

create index rollup_spend_by_time_idx on rollup_spend (grain, starts_on, in_view) include (spend_usd);
