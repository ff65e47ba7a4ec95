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
-- A purchase from another brand than the one whose pictures were tried on joins the two as well.
of_several as materialized (
  select p.user_id
  from (select j.user_id, j.brand_id from jobs j union all select b.user_id, b.brand_id from bought b) as p
  group by p.user_id
  having min(p.brand_id::text) <> max(p.brand_id::text)
),
viewed_jobs as materialized (
  select brand_id as in_view, user_id, id, created_at, category, device, completed_at from jobs
  union all
  select every_brand(), user_id, id, created_at, category, device, completed_at
  from jobs
  where user_id in (select s.user_id from of_several s)
),
viewed_purchases as (
  select brand_id as in_view, user_id, purchased_at, is_attributed from bought
  union all
  select every_brand(), user_id, purchased_at, is_attributed
  from bought
  where user_id in (select s.user_id from of_several s)
),
viewed_looks as (
  select brand_id as in_view, user_id, saved_at from looks
  union all
  select every_brand(), user_id, saved_at from looks where user_id in (select s.user_id from of_several s)
),
launched as materialized (
  select in_view, user_id, (created_at at time zone 'UTC')::date as day, min(created_at) as launched_at
  from viewed_jobs
  group by in_view, user_id, (created_at at time zone 'UTC')::date
),
finished as materialized (
  select in_view, user_id, completed_at from viewed_jobs where completed_at is not null
),
completed as materialized (
  select in_view, user_id, (completed_at at time zone 'UTC')::date as day, min(completed_at) as completed_at
  from finished
  group by in_view, user_id, (completed_at at time zone 'UTC')::date
),
firsts as (
  select distinct on (in_view, user_id)
    in_view, user_id, (created_at at time zone 'UTC')::date as first_day, category, device
  from viewed_jobs
  order by in_view, user_id, created_at, id
),
channels as (
  select j.brand_id as in_view, j.user_id, j.channel from shoppers j where $users
  union all
  select * from (
    select distinct on (j.user_id) every_brand(), j.user_id, j.channel
    from shoppers j
    where j.user_id in (select s.user_id from of_several s) and $users
    order by j.user_id, j.first_job_at, j.brand_id
  ) as earliest
),
people as (
  select
    f.*, coalesce(h.channel, 'unknown') as channel, coalesce(b.is_demo, false) as in_demo,
    f.in_view = every_brand() or f.user_id not in (select s.user_id from of_several s) as in_all
  from firsts f
  left join channels h on h.in_view = f.in_view and h.user_id = f.user_id
  left join brands b on b.id = f.in_view
),
-- From the day's first launch on, one step after the other.
reached_completed as materialized (
  select l.in_view, l.user_id, l.day, l.launched_at, min(f.completed_at) as completed_at
  from launched l
  join finished f on f.in_view = l.in_view and f.user_id = l.user_id
    and f.completed_at >= l.launched_at and f.completed_at < l.launched_at + interval '7 days'
  group by l.in_view, l.user_id, l.day, l.launched_at
),
reached_saved as materialized (
  select c.in_view, c.user_id, c.day, c.launched_at, min(k.saved_at) as saved_at
  from viewed_looks k
  join reached_completed c on c.in_view = k.in_view and c.user_id = k.user_id
    and k.saved_at >= c.completed_at and k.saved_at < c.launched_at + interval '7 days'
  group by c.in_view, c.user_id, c.day, c.launched_at
),
reached_purchased as (
  select distinct s.in_view, s.user_id, s.day
  from viewed_purchases b
  join reached_saved s on s.in_view = b.in_view and s.user_id = b.user_id
    and b.purchased_at >= s.saved_at and b.purchased_at < s.launched_at + interval '7 days'
),
converted as (
  select distinct c.in_view, c.user_id, c.day
  from viewed_purchases b
  join completed c on c.in_view = b.in_view and c.user_id = b.user_id
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
)
insert into $into (
  user_id, in_view, day, in_all, in_demo, first_day, first_category, first_device, channel, previous_launch, furthest,
  previous_completion, converted
)
select
  user_id, in_view, coalesce(l.day, c.day), p.in_all, p.in_demo, p.first_day, p.category, p.device, p.channel,
  l.previous_launch, l.furthest, c.previous_completion, c.converted
from launch_days l
full join completion_days c using (in_view, user_id, day)
join people p using (in_view, user_id)
