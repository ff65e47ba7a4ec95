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
(
    select
        'photo' as kind,
        o.id as person_id,
        o.id as object_id,
        null as name,
        o.created_at,
        o.expires_at
    from stored_objects o
    where
        o.kind = 'selfie'
        and (
            (o.user_id is null and o.brand_id in (select scope_brands()))
            or (o.user_id = scope_user() and o.brand_id is null)
        )
    order by o.created_at desc, o.id desc
    limit :row_count
)
union all
(
    select
        'persona' as kind,
        p.id as person_id,
        coalesce(p.thumbnail_object_id, x.object_id) as object_id,
        p.name,
        p.created_at,
        cast(null as timestamptz) as expires_at
    from personas p
    left join lateral (
        select y.object_id
        from persona_pictures y
        where y.persona_id = p.id
        order by y.position, y.object_id
        limit 1
    ) as x on true
    where
        (p.user_id is null or p.user_id = scope_user())
        and coalesce(p.thumbnail_object_id, x.object_id) is not null
    order by p.created_at, p.id
    limit :row_count
)
