-- Blind comparisons: how often the picture of one engine was found better than that of another, of
-- jobs that were asked the same. Win rate = wins ÷ (wins + losses); ties stand apart. What demo
-- visitors practise does not count. The interval is that of metrics.wilson(win_count, win_count +
-- loss_count).
-- Grain: one row per two engines (or versions of one), the most compared first.
-- Parameters: none
-- Columns:
--   engine            engine and version
--   against           the other one
--   win_count         votes for the engine
--   loss_count        votes for the other one
--   tie_count         votes for neither
--   win_rate_pct      wins ÷ (wins + losses); n/a when there is neither
select
    p.one_engine as engine,
    p.other_engine as against,
    count(*) filter (where v.better = 'one') as win_count,
    count(*) filter (where v.better = 'other') as loss_count,
    count(*) filter (where v.better = 'neither') as tie_count,
    cast(count(*) filter (where v.better = 'one') as numeric)
    / nullif(count(*) filter (where v.better <> 'neither'), 0) as win_rate_pct
from pair_votes v
inner join job_pairs p on v.pair_id = p.id
group by p.one_engine, p.other_engine
order by count(*) desc, p.one_engine asc, p.other_engine asc
