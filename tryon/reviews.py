"""Reviews: which picture comes up for whom, what people say of it, and which engine they like.

Everything happens under the scope of whoever reviews, whose user is the reviewer: what that does
not see is not there. How a job came up (`Drawn`) is decided here and kept as a row; a review copies
it from there, whatever a browser says. A demo visitor reviews for practice: the policies of the
tables keep what they say to themselves and out of every figure.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import SystemRandom
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, text

from database.connections import writer
from database.tenancy import Scope
from settings import settings

# Of the reviewed jobs of each reviewer, one in as many at least was drawn at random.
ONE_IN: Final = 5
# How long nobody else is given what somebody has before them.
_HOLD = "interval '15 minutes'"
LONGEST_NOTE: Final = 2000

# By what a queue is ordered: how unsure the engine is, the newest, the brand's MRR × how unsure the
# engine is, or those that somebody else has reviewed, for a second opinion, the newest first.
Order = Literal["uncertainty", "newest", "value", "second"]
Drawn = Literal["random", "uncertainty", "newest", "value", "second"]
Side = Literal["left", "right", "neither"]

_chance = SystemRandom()


class Reason(StrEnum):
    """Why a picture is rejected."""

    WRONG_CATEGORY = "wrong_category"
    NECKLINE = "neckline"
    IDENTITY = "identity"
    LOST_DETAIL = "lost_detail"
    HANDS = "hands"
    BACKGROUND = "background"
    OTHER = "other"


class ReviewError(Exception):
    """This cannot be done; the message is one sentence for the reviewer."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A job that came up for a reviewer, and how."""

    job: UUID
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says of a picture. An approved one has no reasons; `rating` is 1 to 5."""

    approved: bool
    reasons: tuple[Reason, ...] = ()
    rating: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.approved and self.reasons:
            raise ReviewError("Reasons are for a rejection.")
        if self.rating is not None and self.rating not in range(1, 6):
            raise ReviewError("A rating is a number from 1 to 5.")
        if len(self.note) > LONGEST_NOTE:
            raise ReviewError(f"A note has {LONGEST_NOTE:,} characters at most.")


@dataclass(frozen=True, slots=True)
class Worn:
    """A garment of a job: its picture, where the reviewer may see it, and its category."""

    picture: UUID | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a reviewer is shown of a job: pictures as ids of stored objects, never its estimate.

    `output` is the row of the result among the job's pictures. `person` is None where there was
    none, or where it is not the reviewer's to see. `opinion` is the reviewer's own, if any.
    """

    job: UUID
    brand: str
    category: str | None
    prompt: str | None
    output: UUID
    result: UUID
    person: UUID | None
    garments: tuple[Worn, ...]
    is_favorite: bool
    may_favorite: bool
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A job on which its reviewers disagree, with their counts."""

    job: UUID
    approvals: int
    rejections: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two jobs that were asked the same of two engines, in the order in which they are shown."""

    id: UUID
    left: UUID
    right: UUID


def must_be_random(reviewed: int, at_random: int) -> bool:
    """Tell whether the next job has to be a random draw, after so many reviewed and drawn so.

    The first one is, and then whenever the share would fall below one in five otherwise.
    """
    return at_random * ONE_IN < reviewed + 1


# --- The queue -----------------------------------------------------------------------------------


def _reviewer(scope: Scope) -> dict[str, object]:
    if not scope.user:
        raise ReviewError("Please sign in to review.")
    return {"me": scope.user}


def _take_turns(connection: Connection, scope: Scope) -> None:
    """Let one draw or decide at a time: each then sees what the one before was given.

    It takes milliseconds, and there are fewer reviewers than that. Demo visitors hold nothing back
    from each other and wait for themselves alone, as somebody with two windows does.
    """
    alone = f":{scope.user}" if scope.brands.startswith("demo") else ""
    connection.execute(
        text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": f"closetai_reviews{alone}"}
    )


def _first(table: str, order: str, condition: str) -> str:
    """SQL for the first row of a table, by an order that indexes have: over all or by brand.

    A scope of few brands is read brand by brand, a wider one as a whole; the policies of the table
    alone would have every row of others walked through. {q} stands for the table in `condition`.
    """
    return f"""
    with seen as materialized (
      select scope_sees_all() or count(*) > 20 as is_wide, array_agg(b.id) as brand_ids
      from scope_brands() as b (id)
    ),
    few as (
      select unnest(s.brand_ids) as brand_id from seen s where not s.is_wide
    )
    select * from (
      (
        select w.* from {table} w
        where (select s.is_wide from seen s) and {condition.format(q="w")}
        order by {order} limit 1
      )
      union all
      select n.* from few s
      cross join lateral (
        select f.* from {table} f
        where f.brand_id = s.brand_id and {condition.format(q="f")}
        order by {order} limit 1
      ) as n
    ) as q
    order by {order}
    limit 1
    """


# The demo has people review what its own engine makes.
_FOR_ME = "(not scope_is_demo() or split_part({q}.engine, ' ', 1) = 'preview')"

# What is looked up for a row is a scalar, and not an "exists": expecting to go through all rows,
# the planner would read that table as a whole, where the first row or two will do.
#
# Not in anybody's hands, nor reviewed by me or waiting for me already. Whoever practises takes
# nothing away and need not make way.
_FREE = f"""
{{q}}.is_reviewed = :reviewed and {_FOR_ME}
and (
  select d.job_id from review_draws d
  where d.job_id = {{q}}.job_id
    and (d.reviewer_id = :me or d.held_until > now() and not scope_is_demo())
  limit 1
) is null
and (
  select r.job_id from reviews r
  where r.job_id = {{q}}.job_id and r.reviewer_id = :me
  limit 1
) is null
"""
_BY_UNCERTAINTY = "uncertainty desc, job_id desc"
_NEWEST = "completed_at desc, job_id desc"
_IN_ORDER = {
    "uncertainty": text(_first("reviewable_jobs", _BY_UNCERTAINTY, _FREE)),
    "newest": text(_first("reviewable_jobs", _NEWEST, _FREE)),
    "second": text(_first("reviewable_jobs", _NEWEST, _FREE)),
    # Of each brand the most uncertain one: the best of them all is among those.
    "value": text(
        f"""
        select n.job_id, n.brand_id
        from brands b
        cross join lateral (
          select f.* from reviewable_jobs f
          where f.brand_id = b.id and {_FREE.format(q="f")}
          order by f.uncertainty desc, f.job_id desc
          limit 1
        ) as n
        order by b.mrr * n.uncertainty desc, n.uncertainty desc, n.job_id desc
        limit 1
        """
    ),
}

# Every job has a random number, which knows nothing of it; a draw takes a random point and then the
# job that comes next. Who comes after a wider gap comes sooner, but who that is, is chance as well:
# before the numbers are known, each job that is not drawn yet is as likely as any other, and so is
# each set of them. One look at an index, however many there are.
#
# Drawn from all jobs, reviewed or not: had those gone that came up for being uncertain, the others
# would look better than all of them are. So a draw may hit one that I have reviewed already: then
# that counts as drawn. Left out are the few that somebody has before them at this moment.
_AT_RANDOM = text(
    _first(
        "reviewable_jobs",
        "draw_key",
        f"""
        {{q}}.draw_key >= :point and {_FOR_ME}
        and (
          select d.job_id from review_draws d
          where d.job_id = {{q}}.job_id
            and (
              d.reviewer_id = :me and d.drawn = 'random'
              or d.reviewer_id = :me and d.reviewed_at is null and d.put_aside_at is null
              or d.held_until > now() and not scope_is_demo()
            )
          limit 1
        ) is null
        and (
          select r.job_id from reviews r
          where r.job_id = {{q}}.job_id and r.reviewer_id = :me and r.drawn = 'random'
            and not r.is_adjudication
          limit 1
        ) is null
        """,
    )
)
_MARK_REVIEWED = text(
    """
    update reviews set drawn = 'random'
    where job_id = :job and reviewer_id = :me and not is_adjudication
    """
)

# What came up in another order, or lay too long, goes back; a random draw stays until it is done.
_LET_GO = text(
    """
    delete from review_draws
    where reviewer_id = :me and reviewed_at is null and put_aside_at is null and drawn <> 'random'
      and (drawn <> :order or held_until < now())
    """
)
# Of everything that this reviewer has done, whichever brand is looked at.
_COUNTS = text(
    """
    select count(*) as reviewed, count(*) filter (where drawn = 'random') as at_random
    from review_draws
    where reviewer_id = :me and reviewed_at is not null
    """
)
_WAITING = text(
    f"""
    select d.job_id, d.drawn
    from review_draws d
    inner join reviewable_jobs q on q.job_id = d.job_id
    where d.reviewer_id = :me and d.reviewed_at is null and d.put_aside_at is null
      and {_FOR_ME.format(q="q")}
    order by d.drawn_at
    """
)
_GIVE = text(
    f"""
    insert into review_draws (reviewer_id, job_id, brand_id, drawn, held_until, reviewed_at)
    values (
      :me, :job, :brand, :drawn,
      case when not scope_is_demo() and not :known then now() + {_HOLD} end,
      case when :known then clock_timestamp() end
    )
    on conflict (reviewer_id, job_id) do update
    set drawn = excluded.drawn, drawn_at = excluded.drawn_at, held_until = excluded.held_until,
      put_aside_at = null
    """
)
_HAS_REVIEWED = text(
    """
    select exists (
      select from reviews where job_id = :job and reviewer_id = :me and not is_adjudication
    )
    """
)
# The one that waits longest.
_TAKE_UP_AGAIN = text(
    f"""
    update review_draws
    set put_aside_at = null, drawn = :order, drawn_at = clock_timestamp(),
      held_until = case when not is_practice then now() + {_HOLD} end
    where reviewer_id = :me
      and job_id = (
        select d.job_id
        from review_draws d
        inner join reviewable_jobs q on q.job_id = d.job_id
        where d.reviewer_id = :me and d.reviewed_at is null and d.put_aside_at is not null
          and not exists (
            select from review_draws h where h.job_id = d.job_id and h.held_until > now()
          )
        order by d.put_aside_at
        limit 1
      )
    returning job_id
    """
)
_HOLD_ON = text(
    f"""
    update review_draws set held_until = now() + {_HOLD}
    where reviewer_id = :me and job_id = any(:jobs) and not is_practice
    """
)


def line(scope: Scope, order: Order, ahead: int = 2) -> list[Draw]:
    """What comes up for this reviewer now and next, fewer when there is no more.

    The same as long as nothing is decided or put aside; it is held back from others meanwhile. At
    least one in five reviewed is a random draw of all pictures in the scope; the others come in the
    given order. Raises ReviewError, DatabaseUnavailableError.
    """
    me = _reviewer(scope)
    with writer(scope) as connection:
        _take_turns(connection, scope)
        connection.execute(_LET_GO, {**me, "order": order})
        waiting = [Draw(*row) for row in connection.execute(_WAITING, me)]
        found: list[Draw] = []
        reviewed, at_random = _counts(connection, me)
        while len(found) < ahead:
            random_found = sum(draw.drawn == "random" for draw in found)
            is_due = must_be_random(reviewed + len(found), at_random + random_found)
            draw = next((one for one in waiting if one.drawn == "random" or not is_due), None)
            if draw is not None:
                waiting.remove(draw)
            elif not is_due:
                draw = _in_order(connection, me, order, scope)
            elif (hit := _at_random(connection, me)) is not None:
                draw, is_known = hit
                if is_known:
                    # It counts now, and there is nothing to look at.
                    reviewed, at_random = _counts(connection, me)
                    continue
            if draw is None:
                break
            found.append(draw)
        connection.execute(_HOLD_ON, {**me, "jobs": [draw.job for draw in found]})
        return found


def _counts(connection: Connection, me: dict[str, object]) -> tuple[int, int]:
    row = connection.execute(_COUNTS, me).one()
    return row.reviewed, row.at_random


def _in_order(
    connection: Connection, me: dict[str, object], order: Order, scope: Scope
) -> Draw | None:
    """Give the first in an order that nobody has reviewed; of second opinions, that others have.

    Whoever practises takes nothing away from others: when those are through, the reviewed ones.
    """
    if order == "second":
        states = [True]
    else:
        states = [False, True] if scope.brands.startswith("demo") else [False]
    for reviewed in states:
        row = connection.execute(_IN_ORDER[order], {**me, "reviewed": reviewed}).one_or_none()
        if row is not None:
            given = {"job": row.job_id, "brand": row.brand_id, "drawn": order, "known": False}
            connection.execute(_GIVE, {**me, **given})
            return Draw(row.job_id, order)
    again = connection.scalar(_TAKE_UP_AGAIN, {**me, "order": order})
    return None if again is None else Draw(again, order)


def _at_random(connection: Connection, me: dict[str, object]) -> tuple[Draw, bool] | None:
    """Draw a job, and say whether this reviewer knows it already."""
    # When nothing comes after the point, the first of all does.
    for point in (_chance.random(), 0.0):
        row = connection.execute(_AT_RANDOM, {**me, "point": point}).one_or_none()
        if row is not None:
            job = {**me, "job": row.job_id}
            is_known = bool(connection.scalar(_HAS_REVIEWED, job))
            given = {"brand": row.brand_id, "drawn": "random", "known": is_known}
            connection.execute(_GIVE, {**job, **given})
            if is_known:
                connection.execute(_MARK_REVIEWED, job)
            return Draw(row.job_id, "random"), is_known
    return None


_PUT_ASIDE = text(
    """
    update review_draws set put_aside_at = clock_timestamp(), held_until = null
    where reviewer_id = :me and job_id = :job and reviewed_at is null and drawn <> 'random'
    """
)


def put_aside(scope: Scope, job: UUID) -> None:
    """Leave a job for later: it comes up again when nothing else does, or for somebody else.

    A random draw cannot be left, or the sample would be of what is easy to judge. Raises
    ReviewError, DatabaseUnavailableError.
    """
    me = _reviewer(scope)
    with writer(scope) as connection:
        _take_turns(connection, scope)
        if connection.execute(_PUT_ASIDE, {**me, "job": job}).rowcount != 1:
            raise ReviewError("A picture drawn at random cannot be left for later.")


# --- Reviews -------------------------------------------------------------------------------------

_MY_DRAW = text(
    """
    select
      d.drawn,
      d.brand_id,
      (
        select r.id from reviews r
        where r.job_id = d.job_id and r.reviewer_id = :me and not r.is_adjudication
        order by r.created_at desc, r.id desc
        limit 1
      ) as latest
    from review_draws d
    inner join reviewable_jobs q on q.job_id = d.job_id
    where d.reviewer_id = :me and d.job_id = :job
    """
)
_REVIEW = text(
    """
    insert into reviews (
      job_id, brand_id, reviewer_id, approved, reasons, rating, note, drawn, is_adjudication
    )
    values (
      :job, :brand, :me, :approved, :reasons, :rating, :note, :drawn, :is_adjudication
    )
    returning id
    """
)
_DONE = text(
    """
    update review_draws
    set reviewed_at = coalesce(reviewed_at, clock_timestamp()), held_until = null,
      put_aside_at = null
    where reviewer_id = :me and job_id = :job
    """
)


def _said(opinion: Opinion) -> dict[str, object]:
    return {
        "approved": opinion.approved,
        "reasons": list(dict.fromkeys(map(str, opinion.reasons))),
        "rating": opinion.rating,
        "note": opinion.note.strip() or None,
    }


def decide(scope: Scope, job: UUID, opinion: Opinion, *, replaces: UUID | None = None) -> UUID:
    """Review a job that came up, and return the review's id; the same, however often it is asked.

    `replaces` is one's own review that this one takes the place of. Raises ReviewError,
    DatabaseUnavailableError.
    """
    me = {**_reviewer(scope), "job": job}
    with writer(scope) as connection:
        _take_turns(connection, scope)
        draw = connection.execute(_MY_DRAW, me).one_or_none()
        if draw is None:
            raise ReviewError("This picture did not come up for you, or is not there any more.")
        latest: UUID | None = draw.latest
        if latest != replaces:
            if latest is None:
                raise ReviewError("That review was taken back meanwhile.")
            return latest
        if latest is None and draw.drawn != "random" and must_be_random(*_counts(connection, me)):
            raise ReviewError("A picture drawn at random comes first.")
        review: UUID = connection.execute(
            _REVIEW,
            {
                **me,
                **_said(opinion),
                "brand": draw.brand_id,
                "drawn": draw.drawn,
                "is_adjudication": False,
            },
        ).scalar_one()
        connection.execute(_DONE, me)
        return review


_BRAND_OF = text(
    """
    select brand_id from tryon_jobs
    where id = :job and status = 'completed' and brand_id is not null
    """
)


def tell(scope: Scope, job: UUID, opinion: Opinion) -> UUID:
    """Note a verdict on a picture that the reviewer has picked, and return its id.

    It is no random draw, so no accuracy counts it. Without a user it is the brand's word; of each
    reviewer the latest verdict holds. Raises ReviewError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        brand = connection.scalar(_BRAND_OF, {"job": job})
        if brand is None:
            raise ReviewError("There is no finished picture to judge.")
        review: UUID = connection.execute(
            _REVIEW,
            {
                **_said(opinion),
                "me": scope.user or None,
                "job": job,
                "brand": brand,
                "drawn": "newest",
                "is_adjudication": False,
            },
        ).scalar_one()
        return review


_MY_LATEST = text(
    """
    select id, job_id from reviews
    where reviewer_id = :me
    order by created_at desc, id desc
    limit 1
    """
)
_TAKE_BACK = text("delete from reviews where id = :review")
# The job waits again, in the place that it had.
_WAIT_AGAIN = text(
    f"""
    update review_draws d
    set reviewed_at = null, held_until = case when not d.is_practice then now() + {_HOLD} end
    where d.reviewer_id = :me and d.job_id = :job
      and not exists (
        select from reviews r
        where r.reviewer_id = :me and r.job_id = :job and not r.is_adjudication
      )
    """
)


def undo(scope: Scope, review: UUID) -> bool:
    """Take back a review, if it is the latest of this reviewer; a mark of chance stays.

    Only the latest: whoever took back random draws at will would leave the rest a smaller share.
    Raises ReviewError, DatabaseUnavailableError.
    """
    me = _reviewer(scope)
    with writer(scope) as connection:
        _take_turns(connection, scope)
        latest = connection.execute(_MY_LATEST, me).one_or_none()
        if latest is None or latest.id != review:
            return False
        connection.execute(_TAKE_BACK, {"review": review})
        connection.execute(_WAIT_AGAIN, {**me, "job": latest.job_id})
        return True


# --- Disagreements -------------------------------------------------------------------------------

_NEXT_DISPUTE = text(
    """
    select
      q.job_id, t.approved_count as approvals, t.reviewer_count - t.approved_count as rejections
    from reviewable_jobs q
    inner join review_tallies t on t.job_id = q.job_id
    where q.is_disputed and q.job_id <> all(:skipping)
      and not exists (select from reviews r where r.job_id = q.job_id and r.reviewer_id = :me)
    order by q.completed_at desc, q.job_id desc
    limit 1
    """
)


def next_dispute(scope: Scope, skipping: Collection[UUID] = ()) -> Dispute | None:
    """The newest job on which reviewers disagree, none of them this one, and nobody has settled.

    Raises ReviewError, DatabaseUnavailableError.
    """
    me = _reviewer(scope)
    with writer(scope) as connection:
        row = connection.execute(_NEXT_DISPUTE, {**me, "skipping": list(skipping)}).one_or_none()
    return None if row is None else Dispute(*row)


_DISPUTED = text(
    """
    select
      q.brand_id,
      q.is_disputed,
      (
        select r.id from reviews r
        where r.job_id = q.job_id and r.reviewer_id = :me and r.is_adjudication
      ) as mine,
      exists (
        select from reviews r
        where r.job_id = q.job_id and r.reviewer_id = :me and not r.is_adjudication
      ) as has_reviewed,
      -- A verdict settled is no random draw by that alone.
      coalesce(
        (
          select r.drawn from reviews r
          where r.job_id = q.job_id and not r.is_practice
          order by r.drawn = 'random' desc, r.created_at
          limit 1
        ),
        'second'
      ) as drawn
    from reviewable_jobs q
    where q.job_id = :job
    """
)


def adjudicate(scope: Scope, job: UUID, opinion: Opinion) -> UUID:
    """Settle a disagreement, as somebody who has no part in it, and return the review's id.

    The same, however often it is asked. Raises ReviewError, DatabaseUnavailableError.
    """
    me = {**_reviewer(scope), "job": job}
    with writer(scope) as connection:
        _take_turns(connection, scope)
        found = connection.execute(_DISPUTED, me).one_or_none()
        if found is None:
            raise ReviewError("There is no such picture, or it is not one of yours.")
        if found.mine is not None:
            mine: UUID = found.mine
            return mine
        if not found.is_disputed:
            raise ReviewError("Somebody has settled this one already.")
        if found.has_reviewed:
            raise ReviewError("You have reviewed this one: somebody else has to settle it.")
        review: UUID = connection.execute(
            _REVIEW,
            {
                **me,
                **_said(opinion),
                "brand": found.brand_id,
                "drawn": found.drawn,
                "is_adjudication": True,
            },
        ).scalar_one()
        return review


# --- What is shown -------------------------------------------------------------------------------

_LOOK = text(
    """
    select
      q.job_id,
      b.name as brand,
      cast(j.category as text) as category,
      j.prompt,
      o.id as output_id,
      o.object_id as result,
      o.is_favorite,
      not (select scope_is_demo()) or j.user_id = (select scope_user()) as may_favorite,
      (
        select s.id from stored_objects s
        where s.id = coalesce(
          j.selfie_object_id,
          (select p.thumbnail_object_id from personas p where p.id = j.persona_id),
          (
            select x.object_id from persona_pictures x
            where x.persona_id = j.persona_id
            order by x.position, x.object_id
            limit 1
          )
        )
      ) as person,
      array(
        select jsonb_build_array(s.id, coalesce(g.category, i.category, p.category))
        from tryon_garments g
        left join wardrobe_items i on i.id = g.item_id
        left join products p on p.id = g.product_id
        left join stored_objects s
          on s.id = coalesce(
            g.object_id,
            i.object_id,
            (
              select x.object_id from product_images x
              where x.product_id = g.product_id
              order by x.is_primary desc, x.position, x.object_id
              limit 1
            )
          )
        where g.job_id = q.job_id
        order by g.position
      ) as garments,
      r.approved, r.reasons, r.rating, r.note
    from reviewable_jobs q
    inner join tryon_jobs j on j.id = q.job_id
    inner join brands b on b.id = q.brand_id
    inner join lateral (
      select * from job_outputs x
      where x.job_id = q.job_id
      order by x.is_selected desc, x.position, x.id
      limit 1
    ) as o on true
    left join lateral (
      select * from reviews x
      where x.job_id = q.job_id and x.reviewer_id = :me
      order by x.created_at desc, x.id desc
      limit 1
    ) as r on true
    where q.job_id = any(:jobs)
    """
)


def look(scope: Scope, jobs: Sequence[UUID]) -> dict[UUID, Look]:
    """What a reviewer is shown of these jobs; one that is not theirs to see is left out.

    Raises ReviewError, DatabaseUnavailableError.
    """
    me = _reviewer(scope)
    with writer(scope) as connection:
        rows = connection.execute(_LOOK, {**me, "jobs": list(jobs)}).all()
    return {
        row.job_id: Look(
            job=row.job_id,
            brand=row.brand,
            category=row.category,
            prompt=row.prompt,
            output=row.output_id,
            result=row.result,
            person=row.person,
            garments=tuple(
                Worn(UUID(picture) if picture else None, category)
                for picture, category in row.garments
            ),
            is_favorite=row.is_favorite,
            may_favorite=row.may_favorite,
            opinion=None
            if row.approved is None
            else Opinion(row.approved, tuple(map(Reason, row.reasons)), row.rating, row.note or ""),
        )
        for row in rows
    }


_FAVORITE = text("update job_outputs set is_favorite = :is_favorite where id = :output")


def set_favorite(scope: Scope, output: UUID, is_favorite: bool) -> None:
    """Mark a picture as one of the brand's favourites, or not. Raises ReviewError."""
    with writer(scope) as connection:
        changed = connection.execute(_FAVORITE, {"output": output, "is_favorite": is_favorite})
        if changed.rowcount != 1:
            raise ReviewError("This picture's favourites are not yours to change.")


# --- Blind comparisons ---------------------------------------------------------------------------

_PAIR = text(
    _first(
        "job_pairs",
        "draw_key",
        """
        {q}.draw_key >= :point
        and {q}.id <> all(:skipping)
        and (
          select v.id from pair_votes v where v.pair_id = {q}.id and v.voter_id = :me
        ) is null
        """,
    )
)


def pair(scope: Scope, skipping: Collection[UUID] = ()) -> Pair | None:
    """A random pair on which this reviewer has not voted, in an order that is chance as well.

    Raises ReviewError, DatabaseUnavailableError.
    """
    me = _reviewer(scope)
    with writer(scope) as connection:
        for point in (_chance.random(), 0.0):
            found = connection.execute(
                _PAIR, {**me, "point": point, "skipping": list(skipping)}
            ).one_or_none()
            if found is not None:
                one, other = found.one_job_id, found.other_job_id
                left, right = (other, one) if _is_turned(found.id, scope) else (one, other)
                return Pair(found.id, left, right)
    return None


def _is_turned(pair_id: UUID, scope: Scope) -> bool:
    """Tell whether this voter sees the pair the other way round.

    Always the same way, so that nothing has to be kept; keyed, so that nobody else can tell.
    """
    message = b"pair" + pair_id.bytes + UUID(scope.user).bytes
    return bool(hmac.digest(settings().secret.encode(), message, hashlib.sha256)[0] & 1)


_VOTE = text(
    """
    insert into pair_votes (pair_id, brand_id, voter_id, better)
    select p.id, p.brand_id, :me, :better from job_pairs p where p.id = :pair
    on conflict (pair_id, voter_id) do nothing
    """
)


def vote(scope: Scope, pair_id: UUID, better: Side) -> None:
    """Keep which side of a pair was better; a second vote on it changes nothing.

    Raises ReviewError, DatabaseUnavailableError.
    """
    me = _reviewer(scope)
    sides = ("other", "one") if _is_turned(pair_id, scope) else ("one", "other")
    said = {"left": sides[0], "right": sides[1], "neither": "neither"}[better]
    with writer(scope) as connection:
        known = text("select exists (select from job_pairs where id = :pair)")
        if not connection.scalar(known, {"pair": pair_id}):
            raise ReviewError("These pictures are not there any more.")
        connection.execute(_VOTE, {**me, "pair": pair_id, "better": said})


_TAKE_VOTE_BACK = text("delete from pair_votes where pair_id = :pair and voter_id = :me")


def take_vote_back(scope: Scope, pair_id: UUID) -> bool:
    """Take one's vote on a pair back; False when there is none."""
    me = _reviewer(scope)
    with writer(scope) as connection:
        return connection.execute(_TAKE_VOTE_BACK, {**me, "pair": pair_id}).rowcount == 1


@dataclass(frozen=True, slots=True)
class Sitting:
    """A reviewer before a view of pictures: a page's whole business with this module.

    `view` is what is looked at, one brand for example, `whole` all that is theirs, in which what
    they did is found again. Both are asked anew for every act, so that a session that is over does
    nothing more.
    """

    view: Callable[[], Scope]
    whole: Callable[[], Scope]

    def line(self, order: Order) -> list[Draw]:
        """See `line`."""
        return line(self.view(), order)

    def look(self, jobs: Sequence[UUID]) -> dict[UUID, Look]:
        """See `look`."""
        return look(self.whole(), jobs)

    def decide(self, job: UUID, opinion: Opinion, replaces: UUID | None) -> UUID:
        """See `decide`."""
        return decide(self.whole(), job, opinion, replaces=replaces)

    def undo(self, review: UUID) -> bool:
        """See `undo`."""
        return undo(self.whole(), review)

    def put_aside(self, job: UUID) -> None:
        """See `put_aside`."""
        put_aside(self.whole(), job)

    def next_dispute(self, skipping: Collection[UUID]) -> Dispute | None:
        """See `next_dispute`."""
        return next_dispute(self.view(), skipping)

    def adjudicate(self, job: UUID, opinion: Opinion) -> UUID:
        """See `adjudicate`."""
        return adjudicate(self.whole(), job, opinion)

    def set_favorite(self, output: UUID, is_favorite: bool) -> None:
        """See `set_favorite`."""
        set_favorite(self.whole(), output, is_favorite)

    def pair(self, skipping: Collection[UUID]) -> Pair | None:
        """See `pair`."""
        return pair(self.view(), skipping)

    def vote(self, pair_id: UUID, better: Side) -> None:
        """See `vote`."""
        vote(self.whole(), pair_id, better)

    def take_vote_back(self, pair_id: UUID) -> bool:
        """See `take_vote_back`."""
        return take_vote_back(self.whole(), pair_id)

    @staticmethod
    def opinion(
        *, approved: bool, reasons: Sequence[str], rating: int | None, note: str
    ) -> Opinion:
        """An opinion of what was entered. Raises ReviewError for what makes no sense."""
        known = [Reason(reason) for reason in reasons if reason in set(Reason)]
        return Opinion(approved, tuple(known), rating, note)
