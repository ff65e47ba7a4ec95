-- Who can try something on: the photos that were uploaded in the brand's studio or by the visitor,
-- and the brand's personas that have a picture. Shoppers' own are not among them.
-- Grain: one row per photo, newest first, then per persona, in the order in which they were made.
-- Scope: brands and user.
-- Parameters:
--   row_count    how many of each at most
-- Columns:
--   kind         persona or photo
--   person_id    the persona, or the stored photo
--   object_id    the picture to show
--   name         the persona's name; n/a for a photo
--   created_at   when it was made or uploaded
--   expires_at   when the photo is deleted; n/a for a persona
-- Brand by brand, and the visitor's own beside them: each way is led by an index.
with photos as (
    select
        o.id,
        o.created_at,
        o.expires_at
    from scope_brands() as s (id)
    inner join stored_objects o on s.id = o.brand_id
    where o.kind = 'selfie' and o.user_id is null
    union all
    select
        m.id,
        m.created_at,
        m.expires_at
    from stored_objects m
    where m.kind = 'selfie' and m.user_id = scope_user() and m.brand_id is null
),

models as (
    select
        p.id,
        p.name,
        p.created_at,
        p.thumbnail_object_id
    from scope_brands() as s (id)
    inner join personas p on s.id = p.brand_id
    where p.user_id is null
    union all
    select
        q.id,
        q.name,
        q.created_at,
        q.thumbnail_object_id
    from personas q
    where q.user_id = scope_user()
)

(
    select
        'photo' as kind,
        f.id as person_id,
        f.id as object_id,
        null as name,
        f.created_at,
        f.expires_at
    from photos f
    order by f.created_at desc, f.id desc
    limit :row_count
)
union all
(
    select
        'persona' as kind,
        d.id as person_id,
        coalesce(d.thumbnail_object_id, x.object_id) as object_id,
        d.name,
        d.created_at,
        cast(null as timestamptz) as expires_at
    from models d
    left join lateral (
        select y.object_id
        from persona_pictures y
        where y.persona_id = d.id
        order by y.position, y.object_id
        limit 1
    ) as x on true
    where coalesce(d.thumbnail_object_id, x.object_id) is not null
    order by d.created_at, d.id
    limit :row_count
)
