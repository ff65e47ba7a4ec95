-- Feeds: the last day on which there was a completed job of a shopper, acquisition spend and a
-- purchase. Where jobs come and one of the others does not, its feed is missing.
-- Grain: one row.
-- Parameters:
--   until          first day after the last one that counts
-- Columns:
--   job_day        the last day with a completed job; n/a without one
--   spend_day      the last day with spend; n/a without any
--   purchase_day   the last day with a purchase; n/a without one
select
    (
        select cast(max(c.starts_on) as timestamp)
        from rollup_cells c
        where
            c.in_view = any(cast((select scope_views()) as uuid[]))
            and c.category = 'all'
            and c.device = 'all'
            and c.grain = 'day'
            and c.starts_on < cast(:until as date)
            and c.origin = 'shopper'
            and c.completed > 0
    ) as job_day,
    (
        select cast(max(s.starts_on) as timestamp)
        from rollup_spend s
        where
            s.in_view = any(cast((select scope_views()) as uuid[]))
            and s.grain = 'day'
            and s.starts_on < cast(:until as date)
            and s.spend_usd > 0
    ) as spend_day,
    (
        select cast(max(v.starts_on) as timestamp)
        from rollup_revenue v
        where
            v.in_view = any(cast((select scope_views()) as uuid[]))
            and v.model = 'last'
            and v.grain = 'day'
            and v.starts_on < cast(:until as date)
            and v.purchase_count > 0
    ) as purchase_day
