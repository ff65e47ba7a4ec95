-- LTV of every brand by itself, ready to be read.
-- depends: 0039_figures_counted_anew

-- A brand's cumulative gross margin per shopper when a calendar month begins: from month 0 on, of those months that are
-- complete for some cohort by then, at most twelve. From the month after the brand's first cohort until twelve months
-- after its last; what the last row says holds from then on.
create table rollup_curves (
  in_view uuid not null,
  month date not null,
  -- When the next row begins, or infinity.
  until date not null,
  margins_usd numeric[] not null,
  primary key (in_view, month)
);
create index on rollup_curves (month, in_view) include (margins_usd);
create index on rollup_curves (in_view) where until = 'infinity';
call protect('rollup_curves', view_rule(), '*', 'select');

-- There is nothing in it yet.
update rollup_state set is_stale = true
where exists (select from brands);
