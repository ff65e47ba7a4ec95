-- How reviewers agree, by day and month, so that it is not read from every job that two have reviewed.
-- depends: 0041_nearest_months

-- Jobs by who has reviewed them, how many of these approved, and whether the one with the lowest id did; by the day of the
-- last of their reviews.
create table rollup_agreement (
  in_view uuid not null,
  grain text collate "C" not null check (grain in ('day', 'month')),
  starts_on date not null,
  reviewer_ids uuid[] not null,
  approved_count smallint not null,
  first_approved boolean not null,
  jobs integer not null,
  primary key (in_view, grain, starts_on, reviewer_ids, approved_count, first_approved)
);
call protect('rollup_agreement', view_rule(), '*', 'select');

create table agreement_changes (
  id bigint generated always as identity primary key,
  sign integer not null,
  brand_id uuid not null,
  reviewer_ids uuid[] not null,
  approved_count smallint not null,
  first_approved boolean not null,
  reviewed_at timestamptz not null,
  queued_at timestamptz not null default now()
);
alter table agreement_changes enable row level security;

create or replace function rollups_waiting_since() returns timestamptz
language sql stable security definer set search_path = public, pg_temp
return least(
  (select min(c.queued_at) from job_changes c),
  (select min(c.queued_at) from shopper_changes c),
  (select min(c.queued_at) from verdict_changes c),
  (select min(c.queued_at) from agreement_changes c),
  (select min(c.queued_at) from spend_changes c)
);

create function queue_agreement_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    insert into agreement_changes (sign, brand_id, reviewer_ids, approved_count, first_approved, reviewed_at)
    select 1, t.brand_id, t.reviewer_ids, t.approved_count, t.first_approved, t.reviewed_at from new_rows t;
  end if;
  if tg_op <> 'INSERT' then
    insert into agreement_changes (sign, brand_id, reviewer_ids, approved_count, first_approved, reviewed_at)
    select -1, t.brand_id, t.reviewer_ids, t.approved_count, t.first_approved, t.reviewed_at from old_rows t;
  end if;
  return null;
end
$$;
create trigger review_tallies_queue_inserts after insert on review_tallies referencing new table as new_rows
for each statement execute function queue_agreement_changes();
create trigger review_tallies_queue_updates after update on review_tallies
referencing old table as old_rows new table as new_rows
for each statement execute function queue_agreement_changes();
create trigger review_tallies_queue_deletes after delete on review_tallies referencing old table as old_rows
for each statement execute function queue_agreement_changes();
revoke execute on function queue_agreement_changes from public;

-- It was what this was read from.
drop index review_tallies_brand_idx, review_tallies_reviewed_idx;

-- There is nothing in it yet.
update rollup_state set is_stale = true
where exists (select from brands);
