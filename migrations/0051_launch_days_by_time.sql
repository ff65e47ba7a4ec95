-- Behind the funnel's steps are shoppers: their days are listed, and seen by whoever sees the view that they count in.
-- depends: 0050_purchases_by_time

-- An index alone tells who launched first in a window, and how far they came.
create index shopper_days_launches_idx on shopper_days (day, in_view, user_id)
include (previous_launch, furthest, in_all) where furthest is not null;

call protect('shopper_days', view_rule(), '*', 'select');
