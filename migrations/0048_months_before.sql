-- Who is not new in a month counts in every month from the one before on: distinct shoppers of whole months are read
-- from two rows a month in place of one for each month before.
-- depends: 0047_totals_of_filters

-- In the months of rollup_launches and rollup_completions a row's previous_day says, for all but those who are new,
-- that the month before was that one or an earlier one.
drop index rollup_completions_by_time_idx;
create index rollup_completions_by_time_idx on rollup_completions (day, in_view, previous_day)
include (shoppers, converted) where grain = 'day';
create index rollup_completions_months_idx on rollup_completions (previous_day, day, in_view)
include (shoppers, converted) where grain = 'month';

-- As it was, with two parts for a range's whole months: of those who are new, and of those whose month before lies
-- before the range.
create or replace function distinct_parts(since date, until date)
returns table (
  grain text, first_day date, day_after date, previous_from date, previous_until date, sign integer
)
language sql immutable parallel safe rows 5
begin atomic
  with nearest as (
    select
      since as first_day,
      date_trunc('month', since::timestamp + interval '15 days')::date as month_since,
      case
        when extract(day from until) > 16 and date_trunc('month', until::timestamp)::date >= since
          then (date_trunc('month', until::timestamp) + interval '1 month')::date
        else until
      end as month_until
  ),
  parts as (
    select p.grain, p.first_day, p.day_after, n.month_since, n.first_day as since
    from nearest n
    cross join lateral range_parts(since, n.month_until) as p
  )
  select
    p.grain, p.first_day, p.day_after, date '-infinity' as previous_from,
    -- No day lies between them.
    case p.grain when 'month' then date '0001-01-01' else p.since end as previous_until, 1 as sign
  from parts p
  union all
  select
    p.grain, p.first_day, p.day_after, (p.month_since - interval '1 month')::date as previous_from,
    p.month_since as previous_until, 1 as sign
  from parts p
  where p.grain = 'month'
  union all
  select
    'day' as grain, p.first_day, p.day_after, least(p.month_since, p.since) as previous_from,
    greatest(p.month_since, p.since) as previous_until, case when p.since < p.month_since then -1 else 1 end as sign
  from parts p
  where p.grain = 'month' and p.month_since <> p.since
  union all
  select
    'day' as grain, until as first_day, n.month_until as day_after, date '-infinity' as previous_from,
    since as previous_until, -1 as sign
  from nearest n
  where until < n.month_until;
end;

-- The months are not added up yet.
update rollup_state set is_stale = true
where exists (select from brands);
