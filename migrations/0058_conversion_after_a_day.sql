-- What changed in conversion, brand by brand, over ranges that cut their first month: whoever was there before the month's
-- end and comes back later is told by one row of a day and a brand as well, in place of one for each later day.
-- depends: 0057_conversion_before_a_day

-- Of a brand's shoppers with a completed job on a day, by the next such day: running sums, in the days' order.
create table rollup_next_completions (
  day date not null,
  in_view uuid not null,
  next_days date[] not null,
  shoppers integer[] not null,
  converted integer[] not null,
  primary key (day, in_view)
);
call protect('rollup_next_completions', view_rule(), '*', 'select');

-- The sums are not made yet.
update rollup_state set is_stale = true
where exists (select from brands);
