-- shopper_days: each shopper's active days, in the view of each brand and, where they have several, of all together.
with jobs as materialized (
  select
    j.brand_id, j.user_id, j.id, j.created_at, coalesce(j.category::text, 'unknown') as category,
    coalesce(j.device::text, 'unknown') as device, case when j.status = 'completed' then j.finished_at end as completed_at
  from tryon_jobs j
  where j.origin = 'shopper' and j.brand_id is not null and $users
),
bought as materialized (
  select
    j.brand_id, j.user_id, j.purchased_at,
    exists (
      select from touches t
      where t.brand_id = j.brand_id and t.user_id = j.user_id
        and t.touched_at <= j.purchased_at and t.touched_at > j.purchased_at - interval '30 days'
    ) as is_attributed
  from purchases j
  where $users
),
looks as materialized (
  select x.brand_id, j.user_id, j.created_at as saved_at
  from wardrobe_items j
  join jobs x on x.id = j.source_job_id and x.user_id = j.user_id
  where j.kind = 'look' and $users
),
pairs as materialized (
  select p.user_id, p.brand_id, count(*) over (partition by p.user_id) > 1 as has_several
  from (select j.user_id, j.brand_id from jobs j union select b.user_id, b.brand_id from bought b) as p
),
views as materialized (
  select p.user_id, p.brand_id, p.brand_id as in_view, not p.has_several as in_all, b.is_demo as in_demo
  from pairs p
  join brands b on b.id = p.brand_id
  union all
  select p.user_id, p.brand_id, every_brand(), true, false from pairs p where p.has_several
),
launched as materialized (
  select
    v.in_view, v.user_id, (j.created_at at time zone 'UTC')::date as day, min(j.created_at) as launched_at,
    bool_and(v.in_all) as in_all, bool_or(v.in_demo) as in_demo
  from jobs j
  join views v on v.user_id = j.user_id and v.brand_id = j.brand_id
  group by v.in_view, v.user_id, (j.created_at at time zone 'UTC')::date
),
finished as materialized (
  select v.in_view, v.user_id, j.completed_at
  from jobs j
  join views v on v.user_id = j.user_id and v.brand_id = j.brand_id
  where j.completed_at is not null
),
completed as (
  select f.in_view, f.user_id, (f.completed_at at time zone 'UTC')::date as day, min(f.completed_at) as completed_at
  from finished f
  group by f.in_view, f.user_id, (f.completed_at at time zone 'UTC')::date
),
firsts as (
  select distinct on (v.in_view, v.user_id) v.in_view, v.user_id, j.category, j.device
  from jobs j
  join views v on v.user_id = j.user_id and v.brand_id = j.brand_id
  order by v.in_view, v.user_id, j.created_at, j.id
),
channels as (
  select distinct on (v.in_view, v.user_id) v.in_view, v.user_id, s.channel
  from views v
  join shoppers s on s.user_id = v.user_id and s.brand_id = v.brand_id
  order by v.in_view, v.user_id, s.first_job_at, s.brand_id
),
-- From the day's first launch on, one step after the other.
reached_completed as (
  select l.in_view, l.user_id, l.day, l.launched_at, min(f.completed_at) as completed_at
  from launched l
  join finished f on f.in_view = l.in_view and f.user_id = l.user_id
    and f.completed_at >= l.launched_at and f.completed_at < l.launched_at + interval '7 days'
  group by l.in_view, l.user_id, l.day, l.launched_at
),
reached_saved as (
  select c.in_view, c.user_id, c.day, c.launched_at, min(k.saved_at) as saved_at
  from looks k
  join views v on v.user_id = k.user_id and v.brand_id = k.brand_id
  join reached_completed c on c.in_view = v.in_view and c.user_id = v.user_id
    and k.saved_at >= c.completed_at and k.saved_at < c.launched_at + interval '7 days'
  group by c.in_view, c.user_id, c.day, c.launched_at
),
reached_purchased as (
  select distinct s.in_view, s.user_id, s.day
  from bought b
  join views v on v.user_id = b.user_id and v.brand_id = b.brand_id
  join reached_saved s on s.in_view = v.in_view and s.user_id = v.user_id
    and b.purchased_at >= s.saved_at and b.purchased_at < s.launched_at + interval '7 days'
),
converted as (
  select distinct c.in_view, c.user_id, c.day
  from bought b
  join views v on v.user_id = b.user_id and v.brand_id = b.brand_id
  join completed c on c.in_view = v.in_view and c.user_id = v.user_id
    and b.purchased_at >= c.completed_at and b.purchased_at < c.completed_at + interval '7 days'
  where b.is_attributed
),
launch_days as (
  select
    l.in_view, l.user_id, l.day,
    coalesce(lag(l.day) over (partition by l.in_view, l.user_id order by l.day), '-infinity') as previous_launch,
    case when p.day is not null then 3 when s.day is not null then 2 when c.day is not null then 1 else 0 end as furthest
  from launched l
  left join reached_completed c on c.in_view = l.in_view and c.user_id = l.user_id and c.day = l.day
  left join reached_saved s on s.in_view = l.in_view and s.user_id = l.user_id and s.day = l.day
  left join reached_purchased p on p.in_view = l.in_view and p.user_id = l.user_id and p.day = l.day
),
completion_days as (
  select
    c.in_view, c.user_id, c.day,
    coalesce(lag(c.day) over (partition by c.in_view, c.user_id order by c.day), '-infinity') as previous_completion,
    v.day is not null as converted
  from completed c
  left join converted v on v.in_view = c.in_view and v.user_id = c.user_id and v.day = c.day
),
people as (
  select in_view, user_id, min(day) as first_day, bool_and(in_all) as in_all, bool_or(in_demo) as in_demo
  from launched
  group by in_view, user_id
)
insert into shopper_days (
  user_id, in_view, day, in_all, in_demo, first_day, first_category, first_device, channel, previous_launch, furthest,
  previous_completion, converted
)
select
  user_id, in_view, coalesce(l.day, c.day), p.in_all, p.in_demo, p.first_day, f.category, f.device,
  coalesce(h.channel, 'unknown'), l.previous_launch, l.furthest, c.previous_completion, c.converted
from launch_days l
full join completion_days c using (in_view, user_id, day)
join people p using (in_view, user_id)
join firsts f using (in_view, user_id)
left join channels h using (in_view, user_id)
