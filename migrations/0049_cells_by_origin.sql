-- What is read of every brand is of shoppers' jobs mostly: those of studios and of demo visitors lie elsewhere.
-- depends: 0048_months_before

drop index rollup_cells_by_time_idx;
create index rollup_cells_by_time_idx on rollup_cells (grain, origin, starts_on, in_view)
include (launched, completed, failed, canceled, rated, confidence_sum)
where category = 'all' and device = 'all';
