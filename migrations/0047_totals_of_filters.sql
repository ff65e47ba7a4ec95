-- What one category or one device leaves of every brand: by month it is a total of its own, as that of all is, in place
-- of a row for each device or category.
-- depends: 0046_totals_of_days

drop index rollup_cells_parts_idx;
create index rollup_cells_parts_idx on rollup_cells (category, device, grain, origin, starts_on, in_view)
include (launched, completed, failed, canceled)
where category <> 'all' or device <> 'all';

-- There are none yet.
update rollup_state set is_stale = true
where exists (select from brands);
