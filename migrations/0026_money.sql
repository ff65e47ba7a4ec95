-- What credits and payments are looked up by, and what payment providers have told.
-- depends: 0025_shops

-- Whose free credits are due to be set back.
create index credit_accounts_resets_on_idx on credit_accounts (resets_on) where free_per_month > 0;
create index payments_created_at_idx on payments (created_at);
-- What the studio of a brand has spent, by day and by product, without a look at the table.
create index tryon_jobs_studio_idx on tryon_jobs (brand_id, finished_at)
include (status, credits, product_id, engine_cost_usd)
where origin = 'studio' and finished_at is not null;

-- Events of payment providers, each taken once. What came of one is said in a word, for whoever looks for what is missing.
create table billing_events (
  provider text not null,
  event_id text not null check (length(event_id) between 1 and 255),
  type text not null,
  happened_at timestamptz not null,
  received_at timestamptz not null default now(),
  outcome text not null check (outcome in ('applied', 'late', 'ignored', 'no_brand', 'no_rate')),
  primary key (provider, event_id)
);
create index billing_events_received_idx on billing_events (received_at);
call protect('billing_events', '(select scope_sees_all())', '', 'select, insert, delete');
