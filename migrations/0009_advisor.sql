-- Conversations with the style advisor.
-- depends: 0008_dataset

create table advisor_conversations (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  brand_id uuid references brands,
  title text,
  created_at timestamptz not null default now()
);
create index advisor_conversations_user_idx on advisor_conversations (user_id, created_at);
create index advisor_conversations_brand_idx on advisor_conversations (brand_id);

create table advisor_messages (
  id uuid primary key default uuid_v7(),
  conversation_id uuid not null references advisor_conversations on delete cascade,
  author text not null check (author in ('user', 'advisor')),
  body text not null,
  object_id uuid references stored_objects on delete set null,
  extracted_prompt text,
  job_id uuid references tryon_jobs on delete set null,
  created_at timestamptz not null default now()
);
create index advisor_messages_conversation_idx on advisor_messages (conversation_id, created_at);
create index advisor_messages_object_idx on advisor_messages (object_id) where object_id is not null;
create index advisor_messages_job_idx on advisor_messages (job_id) where job_id is not null;

-- A conversation is its user's, whichever brand's shop it was held in.
call protect(
  'advisor_conversations', '(select scope_sees_all()) or user_id = (select scope_user())', '',
  write_rule => '(select scope_sees_all()) or user_id = (select scope_user())'
  || ' and (brand_id is null or brand_id in (select scope_brands()) or (select scope_names_no_brand()))'
);
call protect('advisor_messages', 'exists (select from advisor_conversations c where c.id = conversation_id)', '');
