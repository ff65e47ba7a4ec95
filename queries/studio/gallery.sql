-- Pictures that try-on jobs have made and that are stored, the newest first. Whatever is asked for,
-- so many pictures are looked at and no more; how far that went is said, and the next goes on from
-- there.
-- Grain: one row per picture; where none was found, one row without a picture.
-- Scope: brands and user.
-- Parameters:
--   since            first day of the window
--   until            first day after the window
--   before_at        pictures made before that time,
--   before_id        or at that time with a smaller id than this
--   category         garment category, none, or all
--   engine           name of an engine, or all
--   verdict          approved, rejected, disagreed (no majority), none (no review), or all
--   favorite         yes, or all
--   batch            id of a batch, or all
--   words            words that all occur in product, prompt, batch or category; empty for any
--   look_count       how many pictures to look at, at most
--   row_count        how many to give, at most
-- Columns:
--   reached_at       until where the look came; n/a when there is nothing older
--   reached_id       and which picture that was
--   output_id        the picture as a result of its job
--   object_id        the stored picture
--   made_at          when it was made
--   job_id           its job
--   subject          the product it is about, else its prompt; n/a without either
--   prompt           the job's prompt; n/a without one
--   category         garment category; n/a without one
--   mode             kind of job
--   brand            the brand's name; n/a without one
--   origin           shopper, studio or demo
--   engine           engine
--   engine_version   its version; n/a where it says none
--   batch            the batch's name; n/a without one
--   confidence_pct   the engine's own estimate; n/a where it gives none
--   verdict          approved, rejected or disagreed; n/a without a review
--   is_favorite      whether somebody made it a favourite
-- Ways in, of which one runs: a batch, the favourites, all brands in the order of time, or brand by
-- brand with the person's own. Each is led by an index: most jobs have no picture that is stored.
with seen as materialized (
    select
        scope_sees_all() or count(*) > 20 as is_wide,
        array_agg(b.id) as brand_ids
    from scope_brands() as b (id)
),

few as (
    select unnest(s.brand_ids) as brand_id
    from seen s
    where not s.is_wide
),

found as (
    select
        p.id,
        p.created_at
    from tryon_jobs j
    inner join job_outputs o on j.id = o.job_id
    inner join stored_objects p on o.object_id = p.id
    where
        j.batch_id = cast(nullif(:batch, 'all') as uuid)
        and p.created_at >= cast(:since as timestamptz)
        and p.created_at < cast(:until as timestamptz)
        and (p.created_at, p.id) < (cast(:before_at as timestamptz), cast(:before_id as uuid))
    union all
    select
        p.id,
        p.created_at
    from job_outputs o
    inner join stored_objects p on o.object_id = p.id
    where
        o.is_favorite
        and :favorite = 'yes' and :batch = 'all'
        and p.created_at >= cast(:since as timestamptz)
        and p.created_at < cast(:until as timestamptz)
        and (p.created_at, p.id) < (cast(:before_at as timestamptz), cast(:before_id as uuid))
    union all
    (
        select
            w.id,
            w.created_at
        from stored_objects w
        where
            (select s.is_wide from seen s)
            and :favorite = 'all' and :batch = 'all'
            and w.kind = 'result'
            and w.created_at >= cast(:since as timestamptz)
            and w.created_at < cast(:until as timestamptz)
            and (w.created_at, w.id) < (cast(:before_at as timestamptz), cast(:before_id as uuid))
        order by w.created_at desc, w.id desc
        limit :look_count
    )
    union all
    select
        n.id,
        n.created_at
    from few s
    cross join
        lateral (
            select
                b.id,
                b.created_at
            from stored_objects b
            where
                b.brand_id = s.brand_id
                and :favorite = 'all' and :batch = 'all'
                and b.kind = 'result'
                and b.created_at >= cast(:since as timestamptz)
                and b.created_at < cast(:until as timestamptz)
                and (b.created_at, b.id)
                < (cast(:before_at as timestamptz), cast(:before_id as uuid))
            order by b.created_at desc, b.id desc
            limit :look_count
        ) as n
    union all
    (
        select
            u.id,
            u.created_at
        from stored_objects u
        where
            not (select s.is_wide from seen s)
            and :favorite = 'all' and :batch = 'all'
            and u.user_id = scope_user()
            and u.brand_id is null
            and u.kind = 'result'
            and u.created_at >= cast(:since as timestamptz)
            and u.created_at < cast(:until as timestamptz)
            and (u.created_at, u.id) < (cast(:before_at as timestamptz), cast(:before_id as uuid))
        order by u.created_at desc, u.id desc
        limit :look_count
    )
),

looked as materialized (
    select
        f.id,
        f.created_at
    from found f
    order by f.created_at desc, f.id desc
    limit :look_count
),

-- The last of them, unless that was the last of all.
reached as (
    select
        case when count(*) = :look_count then min(l.created_at) end as reached_at,
        case
            when count(*) = :look_count
                then (array_agg(l.id order by l.created_at, l.id))[1]
        end as reached_id
    from looked l
),

asked as materialized (
    select regexp_split_to_array(nullif(trim(lower(:words)), ''), '\s+') as words
),

told as (
    select
        o.id as output_id,
        l.id as object_id,
        l.created_at as made_at,
        j.id as job_id,
        coalesce(
            (
                select x.name from products x
                where x.id = j.product_id
            ),
            (
                select string_agg(x.name, ' + ' order by g.position)
                from tryon_garments g
                inner join products x on g.product_id = x.id
                where g.job_id = j.id
            ),
            j.prompt
        ) as subject,
        j.prompt,
        cast(j.category as text) as category,
        cast(j.mode as text) as mode,
        j.brand_id,
        cast(j.origin as text) as origin,
        j.engine,
        j.engine_version,
        t.name as batch,
        j.confidence as confidence_pct,
        o.is_favorite
    from looked l
    inner join job_outputs o on l.id = o.object_id
    inner join tryon_jobs j on o.job_id = j.id
    left join batches t on j.batch_id = t.id
    where
        (:category = 'all' or coalesce(cast(j.category as text), 'none') = :category)
        and (:engine = 'all' or j.engine = :engine)
        and (:favorite = 'all' or o.is_favorite)
        and ((select s.is_wide from seen s) or j.brand_id in (select s.brand_id from few s))
),

judged as (
    select
        t.*,
        (
            select case when v.approved then 'approved' else 'rejected' end
            from job_verdicts v
            where v.job_id = t.job_id
        ) as outcome,
        exists(
            select from reviews r
            where r.job_id = t.job_id and not r.is_practice
        ) as is_reviewed
    from told t
    where
        (select a.words from asked a) is null
        or not exists (
            select
            from unnest((select a.words from asked a)) as w (word)
            where
                position(
                    w.word in lower(concat_ws(' ', t.subject, t.prompt, t.batch, t.category))
                ) = 0
        )
),

page as (
    select
        j.*,
        coalesce(j.outcome, case when j.is_reviewed then 'disagreed' end) as verdict
    from judged j
    where
        :verdict = 'all'
        or coalesce(j.outcome, case when j.is_reviewed then 'disagreed' else 'none' end) = :verdict
    order by j.made_at desc, j.object_id desc
    limit :row_count
)

select
    r.reached_at,
    r.reached_id,
    p.output_id,
    p.object_id,
    p.made_at,
    p.job_id,
    p.subject,
    p.prompt,
    p.category,
    p.mode,
    b.name as brand,
    p.origin,
    p.engine,
    p.engine_version,
    p.batch,
    p.confidence_pct,
    p.verdict,
    coalesce(p.is_favorite, false) as is_favorite
from reached r
left join page p on true
left join brands b on p.brand_id = b.id
order by p.made_at desc, p.object_id desc
