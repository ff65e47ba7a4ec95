-- Where somebody has put shoulders, waist and hem on a picture of a person: what an engine reads there by itself may be wrong.
-- depends: 0028_orders_of_credits

-- Shares of the picture's width and height by the point's name, e.g. {"hem": [0.5, 0.61]}; null where nobody has.
alter table stored_objects add column body_points jsonb
check (jsonb_typeof(body_points) = 'object' and body_points <> '{}');
