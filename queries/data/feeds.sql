-- Feeds: the last day on which there was a completed job of a shopper, acquisition spend and a
-- purchase. Where jobs come and one of the others does not, its feed is missing.
-- Grain: one row.
-- Parameters:
--   until          first day after the last one that counts
-- Columns:
--   job_day        the last day with a completed job; n/a without one
--   spend_day      the last day with spend; n/a without any
--   purchase_day   the last day with a purchase; n/a without one
-- The days of each view lie in order: its last is looked up.
select
    (
        select cast(max(l.day) as timestamp)
        from unnest(cast((select scope_views()) as uuid[])) as v (in_view)
        cross join
            lateral (
                select c.starts_on as day
                from rollup_cells c
                where
                    c.in_view = v.in_view
                    and c.category = 'all'
                    and c.device = 'all'
                    and c.grain = 'day'
                    and c.starts_on < cast(:until as date)
                    and c.origin = 'shopper'
                    and c.completed > 0
                order by c.starts_on desc
                limit 1
            ) as l
    ) as job_day,
    (
        select cast(max(l.day) as timestamp)
        from unnest(cast((select scope_views()) as uuid[])) as v (in_view)
        cross join
            lateral (
                select s.starts_on as day
                from rollup_spend s
                where
                    s.in_view = v.in_view
                    and s.grain = 'day'
                    and s.starts_on < cast(:until as date)
                    and s.spend_usd > 0
                order by s.starts_on desc
                limit 1
            ) as l
    ) as spend_day,
    (
        select cast(max(l.day) as timestamp)
        from unnest(cast((select scope_views()) as uuid[])) as v (in_view)
        cross join
            lateral (
                select r.starts_on as day
                from rollup_revenue r
                where
                    r.in_view = v.in_view
                    and r.model = 'last'
                    and r.grain = 'day'
                    and r.starts_on < cast(:until as date)
                    and r.purchase_count > 0
                order by r.starts_on desc
                limit 1
            ) as l
    ) as purchase_day
