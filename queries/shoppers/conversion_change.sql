-- What changed: conversion by brand, to be asked for each of two periods. Defined as in
-- shoppers/conversion, with shopper–brand pairs: who tried on with two brands counts once for each.
-- Grain: one row per brand with a shopper whose 7 days are over.
-- Parameters:
--   since             first day of the window; jobs count on the day they completed
--   until             first day after the window
--   as_of             the day that is not over yet
-- Columns:
--   part              the brand's id
--   name              the brand's name
--   converted_count   shoppers with an attributed purchase within their 7 days
--   shopper_count     shoppers with a completed job in the window whose 7 days are over
select
    b.id as part,
    b.name,
    sum(c.converted) as converted_count,
    sum(c.shoppers) as shopper_count
from rollup_completions c
inner join brands b on c.in_view = b.id
where
    c.day >= cast(:since as date)
    and c.day < cast(:until as date)
    and c.day < cast(:as_of as date) - 7
    and c.previous_day < cast(:since as date)
group by b.id, b.name
having sum(c.shoppers) > 0
order by shopper_count desc, b.name asc, b.id asc
