-- The purchases of all brands are listed in the order of time.
-- depends: 0049_cells_by_origin

create index purchases_time_idx on purchases (purchased_at, id);
