-- A model's embeddings of pictures, where an installation has one: of each picture once, however many wardrobes show it.
-- depends: 0032_jobs_by_engine

create table picture_embeddings (
  object_id uuid primary key references stored_objects on delete cascade,
  model text not null,
  -- Of unit length; null where the model has refused the picture, which is not asked again.
  embedding real[],
  created_at timestamptz not null default now()
);
call protect(
  'picture_embeddings',
  '(select scope_sees_all()) or exists (select from stored_objects o where o.id = object_id)',
  write_rule => '(select scope_sees_all())'
);
