-- When shoppers saved looks of a brand's try-ons, for its funnel.
-- depends: 0011_deletion

-- A wardrobe is its owner's alone, and stays so: of it a brand learns that the shopper of one of its own jobs saved a look
-- of that job, and when. So this runs with the owner's rights, and holds to the scope by itself.
create function saved_looks(since timestamptz, until timestamptz)
returns table (brand_id uuid, user_id uuid, saved_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
select j.brand_id, j.user_id, w.created_at
from wardrobe_items w
inner join tryon_jobs j on j.id = w.source_job_id and j.user_id = w.user_id
where w.kind = 'look'
  and w.created_at >= since
  and w.created_at < until
  and j.origin = 'shopper'
  and j.brand_id is not null
  and ((select scope_sees_all()) or j.brand_id in (select scope_brands()))
$$;
revoke execute on function saved_looks from public;
grant execute on function saved_looks to closetai_app, closetai_reader;
