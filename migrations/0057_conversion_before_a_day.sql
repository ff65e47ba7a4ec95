-- What changed in conversion, brand by brand: whoever was there before a range is told by one row of a day and a brand, in
-- place of one for each day on which somebody was there before. These are many, more of them the more jobs there are.
-- depends: 0056_verdicts_without_confidence

-- Of a brand's shoppers with a completed job on a day, by the completed day before: running sums, in the days' order.
create table rollup_completion_days (
  day date not null,
  in_view uuid not null,
  previous_days date[] not null,
  shoppers integer[] not null,
  converted integer[] not null,
  primary key (day, in_view)
);
call protect('rollup_completion_days', view_rule(), '*', 'select');

-- Read by nothing else.
drop index rollup_completions_by_time_idx;

-- The sums are not made yet.
update rollup_state set is_stale = true
where exists (select from brands);
