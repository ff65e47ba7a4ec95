-- Credits that somebody is going to pay for: how many, known before the payment comes.
-- depends: 0027_catalog_search

alter table payments add column credits integer check (credits > 0);
