-- Distinct shoppers of a long range are read from its months, whose rows do not grow with how often shoppers come back.
-- depends: 0043_rollup_rejections

-- Distinct shoppers of a range of dates, [since, until), from tables with a row per day and the active day before, or per
-- month and the month before: somebody's first day in the range is the one whose day before lies before it. In whole
-- months it is the one whose month before lies before the nearer end of the month that the range begins in; between that
-- end and the range's first day the day before tells, on top or taken away. Where the range ends late in a month that it
-- has from the 1st on, the month counts as a whole, and its last days are taken away. The figure is the sum, times sign,
-- of the rows of such a grain, with a day in [first_day, day_after) and a day before in [previous_from, previous_until).
create function distinct_parts(since date, until date)
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
    case p.grain when 'month' then p.month_since else p.since end as previous_until, 1 as sign
  from parts p
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

drop table rollup_launches;
create table rollup_launches (
  in_view uuid not null,
  grain text collate "C" not null check (grain in ('day', 'month')),
  day date not null,
  previous_day date not null,
  launched integer not null,
  completed integer not null,
  saved integer not null,
  purchased integer not null,
  primary key (in_view, grain, day, previous_day)
);
call protect('rollup_launches', view_rule(), '*', 'select');

-- There is nothing in it yet.
update rollup_state set is_stale = true
where exists (select from brands);
