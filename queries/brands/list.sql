-- The brands in scope, for the brand picker.
-- Grain: one row per brand, by name.
-- Parameters: none.
-- Columns:
--   brand_id   brand
--   slug       the brand's name in addresses
--   name       the brand's name
--   mrr_usd    MRR right now, strict policy
select
    b.id as brand_id,
    b.slug,
    b.name,
    b.mrr as mrr_usd
from brands b
order by b.name, b.id
