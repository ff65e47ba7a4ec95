-- How likely shoppers are to recommend a brand, by day and month, and their answers in the order of time.
-- depends: 0058_conversion_after_a_day

create table rollup_answers (
  in_view uuid not null,
  grain text collate "C" not null check (grain in ('day', 'month')),
  starts_on date not null,
  answers integer not null,
  promoters integer not null,
  detractors integer not null,
  primary key (in_view, grain, starts_on)
);
call protect('rollup_answers', view_rule(), '*', 'select');
create index rollup_answers_by_time_idx on rollup_answers (grain, starts_on, in_view) include (answers, promoters, detractors);
-- The list is read from its end, of all brands as well.
create index nps_responses_answered_idx on nps_responses (answered_at, id);
drop index nps_responses_brand_idx;
create index nps_responses_brand_idx on nps_responses (brand_id, answered_at, id);

create table answer_changes (
  id bigint generated always as identity primary key,
  sign integer not null,
  brand_id uuid not null,
  score smallint not null,
  answered_at timestamptz not null,
  queued_at timestamptz not null default now()
);
alter table answer_changes enable row level security;

create or replace function rollups_waiting_since() returns timestamptz
language sql stable security definer set search_path = public, pg_temp
return least(
  (select min(c.queued_at) from job_changes c),
  (select min(c.queued_at) from shopper_changes c),
  (select min(c.queued_at) from verdict_changes c),
  (select min(c.queued_at) from agreement_changes c),
  (select min(c.queued_at) from spend_changes c),
  (select min(c.queued_at) from answer_changes c)
);

create function queue_answer_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    insert into answer_changes (sign, brand_id, score, answered_at)
    select 1, r.brand_id, r.score, r.answered_at from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    insert into answer_changes (sign, brand_id, score, answered_at)
    select -1, r.brand_id, r.score, r.answered_at from old_rows r;
  end if;
  return null;
end
$$;
create trigger nps_responses_queue_inserts after insert on nps_responses referencing new table as new_rows
for each statement execute function queue_answer_changes();
create trigger nps_responses_queue_updates after update on nps_responses
referencing old table as old_rows new table as new_rows
for each statement execute function queue_answer_changes();
create trigger nps_responses_queue_deletes after delete on nps_responses referencing old table as old_rows
for each statement execute function queue_answer_changes();
revoke execute on function queue_answer_changes from public;

-- What is there already is few rows, and waits for no rebuild.
with days as (
  select
    v.in_view,
    cast(n.answered_at at time zone 'UTC' as date) as day,
    count(*) as answers,
    count(*) filter (where n.score >= 9) as promoters,
    count(*) filter (where n.score <= 6) as detractors
  from nps_responses n
  inner join brands b on n.brand_id = b.id
  cross join lateral (
    values (b.id), (every_brand()), (case when b.is_demo then every_demo_brand() end)
  ) as v (in_view)
  where v.in_view is not null
  group by v.in_view, day
)
insert into rollup_answers
select
  in_view,
  'day' as grain,
  day as starts_on,
  answers,
  promoters,
  detractors
from days
union all
select
  in_view,
  'month' as grain,
  cast(date_trunc('month', cast(day as timestamp)) as date) as starts_on,
  sum(answers) as answers,
  sum(promoters) as promoters,
  sum(detractors) as detractors
from days
group by in_view, date_trunc('month', cast(day as timestamp));
