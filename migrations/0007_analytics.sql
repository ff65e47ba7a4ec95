-- What shoppers did for a brand besides trying on: touches, purchases and returns, spend, NPS; figures derived from them.
-- depends: 0006_credits

create type touch_source as enum ('tryon', 'recommendation', 'share');

create table touches (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands,
  user_id uuid not null references users,
  source touch_source not null,
  job_id uuid references tryon_jobs on delete set null,
  touched_at timestamptz not null default now(),
  recorded_at timestamptz not null default now()
);
create index touches_shopper_idx on touches (brand_id, user_id, touched_at);
create index touches_user_idx on touches (user_id);
create index touches_job_idx on touches (job_id) where job_id is not null;

create table purchases (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands,
  user_id uuid not null references users,
  order_id text not null check (length(order_id) between 1 and 200),
  amount numeric(14, 2) not null check (amount >= 0),
  currency char(3) not null default 'USD',
  usd_rate numeric(18, 8) not null default 1 check (usd_rate > 0),
  purchased_at timestamptz not null default now(),
  recorded_at timestamptz not null default now(),
  unique (brand_id, order_id)
);
create index purchases_brand_time_idx on purchases (brand_id, purchased_at);
create index purchases_shopper_idx on purchases (brand_id, user_id, purchased_at);
create index purchases_user_idx on purchases (user_id);

create table purchase_returns (
  id uuid primary key default uuid_v7(),
  purchase_id uuid not null references purchases on delete cascade,
  brand_id uuid not null references brands,
  amount numeric(14, 2) not null check (amount > 0),
  returned_at timestamptz not null default now(),
  recorded_at timestamptz not null default now()
);
create index purchase_returns_purchase_idx on purchase_returns (purchase_id);
create index purchase_returns_brand_idx on purchase_returns (brand_id, returned_at);

create table acquisition_spend (
  brand_id uuid not null references brands,
  day date not null,
  channel text not null check (length(channel) between 1 and 100),
  amount numeric(14, 2) not null check (amount >= 0),
  currency char(3) not null default 'USD',
  usd_rate numeric(18, 8) not null default 1 check (usd_rate > 0),
  primary key (brand_id, day, channel)
);
create index acquisition_spend_day_idx on acquisition_spend (day);

create table nps_responses (
  id uuid primary key default uuid_v7(),
  brand_id uuid not null references brands,
  user_id uuid references users,
  score smallint not null check (score between 0 and 10),
  comment text,
  answered_at timestamptz not null default now()
);
create index nps_responses_brand_idx on nps_responses (brand_id, answered_at);
create index nps_responses_user_idx on nps_responses (user_id);

-- Where a brand stands among the others, without a name or an amount of anybody: quartiles are rounded to two
-- significant digits, and nothing is published over fewer than 20 brands.
create table benchmarks (
  metric text not null,
  as_of date not null,
  brand_count integer not null check (brand_count >= 20),
  lower_quartile numeric not null,
  median numeric not null,
  upper_quartile numeric not null,
  primary key (metric, as_of)
);
call protect('benchmarks', 'true', '*', 'select, insert, update', '(select scope_sees_all())');

call protect('touches', tenant_rule('brand_id', 'user_id'), write_rule => tenant_write_rule('brand_id', 'user_id'));
-- Orders and returns are the brand's word, not the shopper's.
call protect('purchases', tenant_rule('brand_id', 'user_id'), write_rule => tenant_write_rule('brand_id'));
call protect(
  'purchase_returns', 'exists (select from purchases p where p.id = purchase_id)',
  write_rule => '((select scope_sees_all()) or brand_id in (select scope_written_brands()))'
  || ' and exists (select from purchases p where p.id = purchase_id and p.brand_id = purchase_returns.brand_id)'
);
call protect('acquisition_spend', tenant_rule('brand_id'), write_rule => tenant_write_rule('brand_id'));
call protect('nps_responses', tenant_rule('brand_id', 'user_id'), write_rule => tenant_write_rule('brand_id', 'user_id'));

-- Within which brand a shopper is one and the same: over all brands nobody counts twice (the nil UUID stands for no
-- brand in particular, because a key of a join must not be null); over fewer, distinct counts are shopper-brand pairs.
create function counted_within(brand_id uuid) returns uuid
language sql stable parallel safe
return case when scope_sees_all() then '00000000-0000-0000-0000-000000000000'::uuid else brand_id end;

-- A purchase with a touch of its shopper in the 30 days before it is attributed; the last touch names the source.
create view attributed_purchases with (security_invoker = true) as
select
  p.id as purchase_id,
  p.brand_id,
  p.user_id,
  p.purchased_at,
  t.source as last_source,
  round((p.amount - coalesce(r.returned, 0)) * p.usd_rate, 2) as net_usd
from purchases p
cross join lateral (
  select t.source
  from touches t
  where t.brand_id = p.brand_id and t.user_id = p.user_id
    and t.touched_at <= p.purchased_at and t.touched_at > p.purchased_at - interval '30 days'
  order by t.touched_at desc, t.id desc
  limit 1
) as t
left join lateral (
  select sum(r.amount) as returned
  from purchase_returns r
  where r.purchase_id = p.id
) as r on true;

-- The figures of one brand and one UTC day, as the seed's daily analytics; the rollups will take over from this view.
create view brand_daily with (security_invoker = true) as
with launched as (
  select
    j.brand_id, (j.created_at at time zone 'UTC')::date as day,
    count(*) as launched_count, count(distinct j.user_id) as shopper_count
  from tryon_jobs j
  where j.origin = 'shopper' and j.brand_id is not null
  group by j.brand_id, (j.created_at at time zone 'UTC')::date
),
finished as (
  select
    j.brand_id, (j.finished_at at time zone 'UTC')::date as day,
    count(*) filter (where j.status = 'completed') as completed_count,
    count(*) filter (where j.status = 'failed') as failed_count,
    count(*) filter (where j.status = 'canceled') as canceled_count,
    sum(j.confidence) filter (where j.status = 'completed') as confidence_sum
  from tryon_jobs j
  where j.origin = 'shopper' and j.brand_id is not null and j.finished_at is not null
  group by j.brand_id, (j.finished_at at time zone 'UTC')::date
),
spent as (
  select s.brand_id, s.day, sum(round(s.amount * s.usd_rate, 2)) as spend_usd
  from acquisition_spend s
  group by s.brand_id, s.day
)
select
  brand_id,
  day,
  coalesce(l.launched_count, 0) as launched_count,
  coalesce(l.shopper_count, 0) as shopper_count,
  coalesce(f.completed_count, 0) as completed_count,
  coalesce(f.failed_count, 0) as failed_count,
  coalesce(f.canceled_count, 0) as canceled_count,
  f.confidence_sum / nullif(f.completed_count, 0) as model_confidence,
  coalesce(s.spend_usd, 0) as spend_usd
from launched l
full join finished f using (brand_id, day)
full join spent s using (brand_id, day);

-- The seed's cohorts: shoppers by the month of their first job, and how many came back exactly 1, 7 and 30 days later.
create view user_cohorts with (security_invoker = true) as
with active as (
  select distinct j.brand_id, j.user_id, (j.created_at at time zone 'UTC')::date as day
  from tryon_jobs j
  where j.origin = 'shopper' and j.brand_id is not null and j.user_id is not null
),
cohorts as (
  select s.brand_id, s.user_id, (s.first_job_at at time zone 'UTC')::date as first_day
  from shoppers s
)
select
  c.brand_id,
  date_trunc('month', c.first_day)::date as cohort_month,
  count(distinct c.user_id) as shopper_count,
  count(*) filter (where a.day = c.first_day + 1) as day_1_count,
  count(*) filter (where a.day = c.first_day + 7) as day_7_count,
  count(*) filter (where a.day = c.first_day + 30) as day_30_count
from cohorts c
left join active a on c.brand_id = a.brand_id and c.user_id = a.user_id
group by c.brand_id, date_trunc('month', c.first_day)::date;

-- Usage per user and UTC day: generations, their cost and time.
create view usage_daily with (security_invoker = true) as
select
  j.user_id,
  j.brand_id,
  (j.created_at at time zone 'UTC')::date as day,
  count(*) as generation_count,
  count(*) filter (where j.status = 'completed') as completed_count,
  count(*) filter (where j.status = 'failed') as failed_count,
  coalesce(sum(j.engine_cost_usd), 0) as engine_cost_usd,
  coalesce(sum(extract(epoch from j.finished_at - j.started_at) * 1000), 0)::bigint as processing_ms,
  coalesce(sum(j.credits) filter (where j.status = 'completed'), 0) as credits_used
from tryon_jobs j
where j.user_id is not null
group by j.user_id, j.brand_id, (j.created_at at time zone 'UTC')::date;

grant select on attributed_purchases, brand_daily, user_cohorts, usage_daily to closetai_app, closetai_reader;
