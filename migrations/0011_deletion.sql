-- Deleting a user removes what is personal and leaves an unlinkable tombstone in the brands' counts.
-- depends: 0010_operations

create function leave_tombstone() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  tombstone uuid := gen_random_uuid();
begin
  if old.role = 'tombstone' then
    return old;
  end if;

  if exists (select from tryon_jobs where user_id = old.id)
    or exists (select from shoppers where user_id = old.id)
    or exists (select from touches where user_id = old.id)
    or exists (select from purchases where user_id = old.id)
    or exists (select from nps_responses where user_id = old.id)
    or exists (select from reviews where reviewer_id = old.id) then
    -- Random id, no name, and a creation day instead of a time: nothing leads from here to the person.
    insert into users (id, role, anon_id, is_demo, created_at)
    values (tombstone, 'tombstone', 'deleted_' || tombstone, old.is_demo, date_trunc('day', old.created_at, 'UTC'));

    -- A job that still waits has lost its picture.
    update tryon_jobs set status = 'canceled'
    where user_id = old.id and status in ('queued', 'processing');

    -- Pictures of the person, and what was typed, go; that a job took place, stays. The person's own objects follow their
    -- row; these may be the brand's.
    delete from stored_objects o
    using tryon_jobs j
    left join job_outputs x on x.job_id = j.id
    where j.user_id = old.id and o.id in (x.object_id, j.selfie_object_id);
    update tryon_garments g
    set item_id = null, object_id = null
    from tryon_jobs j
    where j.id = g.job_id and j.user_id = old.id;
    update job_attempts a
    set error_message = null
    from tryon_jobs j
    where j.id = a.job_id and j.user_id = old.id;
    update tryon_jobs
    set user_id = tombstone, selfie_object_id = null, persona_id = null, photo_set_id = null, prompt = null,
        prompt_used = null, parameters = null, signals = null, idempotency_key = null, failure_message = null
    where user_id = old.id;
    update shoppers set user_id = tombstone where user_id = old.id;
    update touches set user_id = tombstone where user_id = old.id;
    -- The shop knows whose order it was: the number would lead back.
    update purchases set user_id = tombstone, order_id = 'deleted_' || gen_random_uuid() where user_id = old.id;
    update nps_responses set user_id = tombstone, comment = null where user_id = old.id;
    update reviews set reviewer_id = tombstone, note = null where reviewer_id = old.id;
  end if;

  -- The same for what may be a brand's among the pictures of personas and conversations.
  delete from stored_objects o
  using personas p
  left join persona_pictures x on x.persona_id = p.id
  where p.user_id = old.id and o.id in (x.object_id, p.thumbnail_object_id);
  delete from stored_objects o
  using advisor_messages m
  join advisor_conversations c on c.id = m.conversation_id
  where c.user_id = old.id and o.id = m.object_id;

  -- The log keeps that something was done, not by whom or to whom. Others may have written the person's id or address.
  update audit_log set user_id = null, object_id = null, detail = '{}'
  where user_id = old.id
    or object_id in (old.id::text, old.email)
    or position(old.id::text in detail::text) > 0
    or position(lower(old.email) in lower(detail::text)) > 0;
  -- Books are kept by law; the provider's number would lead back to the person.
  update payments set user_id = null, provider_payment_id = null where user_id = old.id;
  return old;
end
$$;
revoke execute on function leave_tombstone from public;
create trigger users_leave_tombstone before delete on users
for each row execute function leave_tombstone();
