-- What the processes say of themselves, and what the demo data is.
-- depends: 0009_advisor

create table worker_heartbeats (
  worker text primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
grant select, insert, update, delete on worker_heartbeats to closetai_app;

-- One row at most, present when this database holds demo data: how far it is filled, and up to which day.
create table demo_state (
  singleton boolean primary key default true check (singleton),
  job_target bigint not null,
  progress real not null default 0 check (progress between 0 and 1),
  message text not null default '',
  filled_until timestamptz,
  started_at timestamptz not null default now(),
  completed_at timestamptz
);
grant select on demo_state to closetai_app, closetai_reader;
grant insert, update, delete on demo_state to closetai_app;
