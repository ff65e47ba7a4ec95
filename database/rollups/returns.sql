-- rollup_returns: who came back on day 1, 7 and 30, by cohort day.
insert into rollup_returns
select
  in_view, s.split, s.part, first_day, $sign * count(*) filter (where day = first_day),
  $sign * count(*) filter (where day = first_day + 1), $sign * count(*) filter (where day = first_day + 7),
  $sign * count(*) filter (where day = first_day + 30)
from $days as j
cross join lateral (
  values ('none', 'all'), ('category', first_category), ('device', first_device), ('channel', channel)
) as s (split, part)
where previous_launch is not null and day - first_day in (0, 1, 7, 30)
group by in_view, s.split, s.part, first_day
