-- Credits on rejected pictures by day and month, so that they are not looked up job by job.
-- depends: 0042_rollup_agreement

-- Studio jobs of brands whose picture was rejected, and the credits settled on them; by the day on which they ended.
create table rollup_rejections (
  in_view uuid not null,
  grain text collate "C" not null check (grain in ('day', 'month')),
  starts_on date not null,
  jobs integer not null,
  credits bigint not null,
  primary key (in_view, grain, starts_on)
);
call protect('rollup_rejections', view_rule(), '*', 'select');

-- A completed job keeps what it cost.
alter table verdict_facts add column credits integer not null default 0;

-- There is nothing in it yet.
update rollup_state set is_stale = true
where exists (select from brands);
