-- rollup_active: distinct shoppers a day.
insert into rollup_active
select in_view, day, $sign * count(*) from $days as j where previous_launch is not null group by in_view, day
