-- purchase_facts: each purchase with what was left of it and what led to it.
insert into $into
select
  j.id, j.user_id, j.brand_id, b.is_demo, (j.purchased_at at time zone 'UTC')::date, n.net_usd, n.net_usd * b.gross_margin,
  t.sources[1], t.sources[cardinality(t.sources)], t.tryon, t.recommendation, t.share
from purchases j
join brands b on b.id = j.brand_id
cross join lateral (
  select
    round(
      (j.amount - coalesce((select sum(r.amount) from purchase_returns r where r.purchase_id = j.id), 0)) * j.usd_rate, 2
    ) as net_usd
) as n
cross join lateral (
  select
    array_agg(t.source order by t.touched_at, t.id) as sources,
    count(*) filter (where t.source = 'tryon') as tryon,
    count(*) filter (where t.source = 'recommendation') as recommendation,
    count(*) filter (where t.source = 'share') as share
  from touches t
  where t.brand_id = j.brand_id and t.user_id = j.user_id
    and t.touched_at <= j.purchased_at and t.touched_at > j.purchased_at - interval '30 days'
) as t
where $users
