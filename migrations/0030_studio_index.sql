-- Whose a job is, is asked of every row that is read: with that beside it, the index alone answers.
-- depends: 0029_body_points

drop index tryon_jobs_studio_idx;
create index tryon_jobs_studio_idx on tryon_jobs (brand_id, finished_at)
include (status, credits, product_id, engine_cost_usd, user_id, origin)
where origin = 'studio' and finished_at is not null;
