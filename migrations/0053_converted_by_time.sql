-- Behind conversion are shoppers as well: those who purchased, by the day on which their first picture was completed.
-- depends: 0052_time_without_views

create index shopper_days_converted_idx on shopper_days (day, in_view, user_id)
include (previous_completion, in_all) where converted;
