-- No figure tells channels apart: a day of a brand is one row, which a window of all brands reads in a quarter of the time.
-- depends: 0030_studio_index

create temporary table spend_by_day on commit drop as
select in_view, grain, starts_on, sum(spend_usd) as spend_usd
from rollup_spend
group by in_view, grain, starts_on;

truncate rollup_spend;
alter table rollup_spend drop column channel;
alter table rollup_spend add primary key (in_view, grain, starts_on);
insert into rollup_spend select in_view, grain, starts_on, spend_usd from spend_by_day;

create or replace function queue_spend_changes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    insert into spend_changes (brand_id, day, usd)
    select r.brand_id, r.day, round(r.amount * r.usd_rate, 2) from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    insert into spend_changes (brand_id, day, usd)
    select r.brand_id, r.day, -round(r.amount * r.usd_rate, 2) from old_rows r;
  end if;
  return null;
end
$$;

alter table spend_changes drop column channel;
