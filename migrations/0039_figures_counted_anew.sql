-- Pages say when everything is being counted anew.
-- depends: 0038_counts_by_time

-- Whether something changed that only a rebuild of the rollups brings in. It tells of no brand.
create function rollups_are_stale() returns boolean
language sql stable security definer set search_path = public, pg_temp
return (select r.is_stale from rollup_state r);
revoke execute on function rollups_are_stale from public;
grant execute on function rollups_are_stale to closetai_app, closetai_reader;
