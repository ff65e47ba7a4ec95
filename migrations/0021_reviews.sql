-- The queue of pictures to review: what can be reviewed, who was given what and how it was drawn, how reviewers agree, and
-- blind comparisons of engines.
-- depends: 0020_queue_places

-- --- Reviews that count for nobody else -------------------------------------------------------------

-- A demo visitor reviews for practice: in their own name, seen by themselves alone, counted nowhere. The scope of the
-- transaction decides, not whoever writes.
alter table reviews add column is_practice boolean not null default scope_is_demo();

-- Those that somebody had reviewed before, for a second opinion, is one more way to come up.
alter table reviews drop constraint reviews_drawn_check;
alter table reviews
add constraint reviews_drawn_check check (drawn in ('random', 'uncertainty', 'newest', 'value', 'second'));

drop policy tenant on reviews;
drop policy tenant_insert on reviews;
drop policy tenant_update on reviews;
drop policy tenant_delete on reviews;
call protect(
  'reviews',
  '(not is_practice or reviewer_id = (select scope_user())) and ' || job_part_rule(),
  write_rule => 'is_practice = (select scope_is_demo())'
  || ' and (reviewer_id = (select scope_user()) or not is_practice)'
  || ' and exists (select from tryon_jobs j where j.id = job_id and j.brand_id = reviews.brand_id)'
);

create or replace view job_verdicts with (security_invoker = true) as
with latest_first as (
  select
    r.job_id, r.approved, r.is_adjudication, r.drawn,
    row_number() over (
      partition by r.job_id, r.is_adjudication, case when not r.is_adjudication then r.reviewer_id end
      order by r.created_at desc, r.id desc
    ) as place
  from reviews r
  where not r.is_practice
),
outcomes as (
  select
    l.job_id,
    bool_or(l.approved) filter (where l.is_adjudication and l.place = 1) as adjudicated,
    sum(case when l.approved then 1 else -1 end) filter (where not l.is_adjudication and l.place = 1) as balance,
    bool_or(l.drawn = 'random') as drawn_at_random
  from latest_first l
  group by l.job_id
)
select
  j.id as job_id,
  j.brand_id,
  j.origin,
  j.category,
  j.device,
  j.engine,
  j.confidence,
  j.finished_at,
  coalesce(o.adjudicated, o.balance > 0) as approved,
  o.drawn_at_random
from outcomes o
inner join tryon_jobs j on o.job_id = j.id
where j.status = 'completed' and (o.adjudicated is not null or o.balance <> 0);

-- One's latest, and whether one has reviewed a job.
create index reviews_reviewer_created_idx on reviews (reviewer_id, created_at desc, id desc);
drop index reviews_reviewer_idx;

-- --- What can be reviewed ---------------------------------------------------------------------------

-- One narrow row per completed job with a stored picture, in every order in which jobs come up; kept by triggers.
-- uncertainty: 1 where the engine's own estimate says even chances, 0 where it is sure; an engine that says nothing is not
-- sure at all. draw_key: a random number, which knows nothing of the job.
-- inputs_key: equal for jobs that were asked the same, of whatever engine. visitor_id: whose alone it is, of a demo visitor's.
create table reviewable_jobs (
  job_id uuid primary key references tryon_jobs on delete cascade,
  brand_id uuid not null references brands,
  visitor_id uuid references users on delete cascade,
  engine text not null,
  completed_at timestamptz not null,
  uncertainty real not null,
  draw_key double precision not null default random(),
  inputs_key uuid not null,
  is_reviewed boolean not null default false,
  is_disputed boolean not null default false
);
create index reviewable_jobs_uncertain_idx on reviewable_jobs (is_reviewed, uncertainty desc, job_id desc);
create index reviewable_jobs_newest_idx on reviewable_jobs (is_reviewed, completed_at desc, job_id desc);
create index reviewable_jobs_draw_idx on reviewable_jobs (draw_key);
create index reviewable_jobs_brand_uncertain_idx on reviewable_jobs (brand_id, is_reviewed, uncertainty desc, job_id desc);
create index reviewable_jobs_brand_newest_idx on reviewable_jobs (brand_id, is_reviewed, completed_at desc, job_id desc);
create index reviewable_jobs_brand_draw_idx on reviewable_jobs (brand_id, draw_key);
create index reviewable_jobs_inputs_idx on reviewable_jobs (inputs_key);
create index reviewable_jobs_disputed_idx on reviewable_jobs (completed_at desc, job_id desc) where is_disputed;
create index reviewable_jobs_visitor_idx on reviewable_jobs (visitor_id) where visitor_id is not null;
-- Told by its own columns: a look at each job would be what takes longest.
call protect(
  'reviewable_jobs',
  '(select scope_sees_all()) or visitor_id = (select scope_user())'
  || ' or (visitor_id is null and brand_id in (select scope_brands()))',
  '*', 'select'
);

-- How the reviewers of a job agree; one row per job that two or more have reviewed, adjudication apart. What a demo visitor
-- has made counts for no brand. first_approved: whether the reviewer with the lowest id has approved.
create table review_tallies (
  job_id uuid primary key references tryon_jobs on delete cascade,
  brand_id uuid not null references brands,
  reviewer_ids uuid[] not null,
  reviewer_count smallint not null,
  approved_count smallint not null,
  first_approved boolean not null,
  reviewed_at timestamptz not null
);
create index review_tallies_brand_idx on review_tallies (brand_id, reviewed_at);
create index review_tallies_reviewed_idx on review_tallies (reviewed_at);
call protect('review_tallies', tenant_rule('brand_id'), '*', 'select');

-- Two jobs that were asked the same of two engines, or of two versions of one; none of a demo visitor's.
create table job_pairs (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands,
  one_job_id uuid not null references tryon_jobs on delete cascade,
  other_job_id uuid not null references tryon_jobs on delete cascade,
  one_engine text collate "C" not null,
  other_engine text collate "C" not null,
  draw_key double precision not null default random(),
  unique (one_job_id, other_job_id),
  check (one_engine < other_engine)
);
create index job_pairs_other_idx on job_pairs (other_job_id);
create index job_pairs_draw_idx on job_pairs (draw_key);
create index job_pairs_brand_draw_idx on job_pairs (brand_id, draw_key);
call protect('job_pairs', tenant_rule('brand_id'), '*', 'select');

-- What the reviews of jobs come to, those of demo visitors and adjudications apart; nothing of jobs without any.
create function review_states(jobs uuid[]) returns table (
  job_id uuid, reviewer_ids uuid[], reviewer_count bigint, approved_count bigint, first_approved boolean,
  reviewed_at timestamptz, is_disputed boolean
)
language sql stable as $$
select
  l.job_id,
  array_agg(l.reviewer_id order by l.reviewer_id),
  count(*),
  count(*) filter (where l.approved),
  (array_agg(l.approved order by l.reviewer_id))[1],
  max(l.created_at),
  bool_or(l.approved) and not bool_and(l.approved)
    and not exists (select from reviews a where a.job_id = l.job_id and a.is_adjudication and not a.is_practice)
from (
  select distinct on (r.job_id, r.reviewer_id) r.job_id, r.reviewer_id, r.approved, r.created_at
  from reviews r
  where r.job_id = any(jobs) and not r.is_practice and not r.is_adjudication
  order by r.job_id, r.reviewer_id, r.created_at desc, r.id desc
) as l
group by l.job_id
$$;

create function note_reviewable(job uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  made reviewable_jobs;
begin
  insert into reviewable_jobs (
    job_id, brand_id, visitor_id, engine, completed_at, uncertainty, inputs_key, is_reviewed, is_disputed
  )
  select
    j.id, j.brand_id, case when j.origin = 'demo' then j.user_id end, concat_ws(' ', j.engine, j.engine_version), j.finished_at,
    1 - abs(2 * coalesce(j.confidence, 0.5) - 1),
    md5(jsonb_build_array(
      j.brand_id, j.mode, j.category, j.persona_id, j.selfie_object_id, j.product_id, j.prompt,
      (
        select jsonb_agg(jsonb_build_array(g.item_id, g.product_id, g.object_id, g.category) order by g.position)
        from tryon_garments g
        where g.job_id = j.id
      ),
      -- Of jobs of which nothing is known any more, none is like another.
      case when num_nonnulls(j.persona_id, j.selfie_object_id, j.product_id, j.prompt) = 0 then j.id end
    )::text)::uuid,
    found.job_id is not null, coalesce(found.is_disputed, false)
  from tryon_jobs j
  left join lateral review_states(array[j.id]) as found on true
  where j.id = job and j.status = 'completed' and j.brand_id is not null and (j.origin <> 'demo' or j.user_id is not null)
    and exists (select from job_outputs o where o.job_id = j.id)
  on conflict do nothing
  returning * into made;
  if made.job_id is null or made.visitor_id is not null then
    return;
  end if;
  -- With the latest of each other engine: the same person in the same garment a hundred times is not a hundred pairs.
  insert into job_pairs (brand_id, one_job_id, other_job_id, one_engine, other_engine)
  select
    made.brand_id, least_first.one_job, least_first.other_job, least_first.one_engine, least_first.other_engine
  from (
    select distinct on (q.engine collate "C") q.job_id, q.engine
    from reviewable_jobs q
    where q.inputs_key = made.inputs_key and q.engine <> made.engine and q.visitor_id is null
    order by q.engine collate "C", q.completed_at desc, q.job_id desc
  ) as partner
  cross join lateral (
    select
      case when made.engine collate "C" < partner.engine then made.job_id else partner.job_id end as one_job,
      case when made.engine collate "C" < partner.engine then partner.job_id else made.job_id end as other_job,
      least(made.engine collate "C", partner.engine) as one_engine,
      greatest(made.engine collate "C", partner.engine) as other_engine
  ) as least_first;
end
$$;
revoke execute on function note_reviewable from public;

create function note_finished_job() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform note_reviewable(new.id);
  return null;
end
$$;
create trigger tryon_jobs_note_reviewable after update of status on tryon_jobs
for each row when (new.status = 'completed' and old.status <> 'completed') execute function note_finished_job();

-- A worker stores pictures before it completes their job; others may come later. A job whose last picture is gone has nothing
-- to show.
create function note_output() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform note_reviewable(new.job_id);
  elsif not exists (select from job_outputs o where o.job_id = old.job_id) then
    delete from reviewable_jobs q where q.job_id = old.job_id;
    delete from job_pairs p where p.one_job_id = old.job_id or p.other_job_id = old.job_id;
  end if;
  return null;
end
$$;
create trigger job_outputs_note_reviewable after insert or delete on job_outputs
for each row execute function note_output();

create function note_reviews(jobs uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update reviewable_jobs q
  set is_reviewed = s.job_id is not null, is_disputed = coalesce(s.is_disputed, false)
  from unnest(jobs) as c (job_id)
  left join review_states(jobs) as s on s.job_id = c.job_id
  where q.job_id = c.job_id
    and (q.is_reviewed, q.is_disputed) is distinct from (s.job_id is not null, coalesce(s.is_disputed, false));
  delete from review_tallies t where t.job_id = any(jobs);
  insert into review_tallies (
    job_id, brand_id, reviewer_ids, reviewer_count, approved_count, first_approved, reviewed_at
  )
  select
    s.job_id, j.brand_id, s.reviewer_ids, s.reviewer_count, s.approved_count, s.first_approved, s.reviewed_at
  from review_states(jobs) as s
  inner join tryon_jobs j on j.id = s.job_id
  where s.reviewer_count > 1 and j.origin <> 'demo' and j.brand_id is not null;
end
$$;
revoke execute on function note_reviews from public;

create function note_review_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    perform note_reviews(array(select distinct r.job_id from new_rows r where not r.is_practice));
  end if;
  if tg_op <> 'INSERT' then
    perform note_reviews(array(select distinct r.job_id from old_rows r where not r.is_practice));
  end if;
  return null;
end
$$;
create trigger reviews_note_inserts after insert on reviews referencing new table as new_rows
for each statement execute function note_review_changes();
create trigger reviews_note_updates after update on reviews referencing old table as old_rows new table as new_rows
for each statement execute function note_review_changes();
create trigger reviews_note_deletes after delete on reviews referencing old table as old_rows
for each statement execute function note_review_changes();
revoke execute on function note_finished_job, note_output, note_review_changes from public;

-- What was there before.
do $$
begin
  perform note_reviewable(o.job_id) from (select distinct job_id from job_outputs) as o;
  perform note_reviews(array(select distinct r.job_id from reviews r));
end
$$;

-- --- Who was given what -----------------------------------------------------------------------------

-- A job that came up for a reviewer, and how: a lottery or an order, as the server drew it. Until held_until nobody else is
-- given it; a demo visitor holds nothing back from others. reviewed_at is the first review's.
create table review_draws (
  reviewer_id uuid not null references users on delete cascade,
  job_id uuid not null references tryon_jobs on delete cascade,
  brand_id uuid not null references brands,
  drawn text not null check (drawn in ('random', 'uncertainty', 'newest', 'value', 'second')),
  is_practice boolean not null default scope_is_demo(),
  drawn_at timestamptz not null default clock_timestamp(),
  held_until timestamptz,
  put_aside_at timestamptz,
  reviewed_at timestamptz,
  primary key (reviewer_id, job_id),
  check (not is_practice or held_until is null)
);
create index review_draws_job_idx on review_draws (job_id);
-- A reviewer's open ones, and the count of the others.
create index review_draws_open_idx on review_draws (reviewer_id, drawn_at) where reviewed_at is null;
create index review_draws_reviewed_idx on review_draws (reviewer_id, drawn) where reviewed_at is not null;
call protect(
  'review_draws',
  'reviewer_id = (select scope_user()) or not is_practice and ' || job_part_rule(),
  write_rule => 'is_practice = (select scope_is_demo()) and reviewer_id = (select scope_user())'
  || ' and exists (select from tryon_jobs j where j.id = job_id and j.brand_id = review_draws.brand_id)'
);

-- --- Blind comparisons ------------------------------------------------------------------------------

-- Which of the two somebody found better, without knowing which was whose.
create table pair_votes (
  id uuid primary key default uuid_v7(),
  pair_id uuid not null references job_pairs on delete cascade,
  brand_id uuid not null references brands,
  voter_id uuid references users on delete set null,
  better text not null check (better in ('one', 'other', 'neither')),
  is_practice boolean not null default scope_is_demo(),
  created_at timestamptz not null default now(),
  unique (pair_id, voter_id)
);
create index pair_votes_brand_idx on pair_votes (brand_id);
create index pair_votes_voter_idx on pair_votes (voter_id);
call protect(
  'pair_votes',
  '(not is_practice or voter_id = (select scope_user())) and (' || tenant_rule('brand_id') || ')',
  write_rule => 'is_practice = (select scope_is_demo()) and voter_id = (select scope_user())'
  || ' and exists (select from job_pairs p where p.id = pair_id and p.brand_id = pair_votes.brand_id)'
);
