-- The studio's queue and gallery: whether a worker lives, and stored pictures in the order of time.
-- depends: 0016_rollup_indexes

-- When workers were last heard of; not what their machines are called.
grant select (seen_at) on worker_heartbeats to closetai_reader;
-- That there is a picture which the scope may see, and since when; not where its file is.
grant select (id, user_id, brand_id, kind, created_at) on stored_objects to closetai_reader;

-- Most jobs have no picture that is stored, so the way to those that have leads through the pictures: of all brands, of one,
-- or of a demo visitor, whose pictures are no brand's.
create index stored_objects_results_idx on stored_objects (created_at, id) where kind = 'result';
create index stored_objects_brand_results_idx on stored_objects (brand_id, created_at, id) where kind = 'result';
create index stored_objects_user_results_idx on stored_objects (user_id, created_at, id)
where kind = 'result' and brand_id is null;
create index job_outputs_favorites_idx on job_outputs (created_at) where is_favorite;
create index batches_created_at_idx on batches (created_at);
