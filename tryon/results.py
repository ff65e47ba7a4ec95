"""What has become of jobs: one by its id, or the newest, for whoever may see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Row, text

from database.connections import writer
from database.tenancy import Scope


@dataclass(frozen=True, slots=True)
class Standing:
    """A job as it stands.

    `confidence` is the engine's own estimate (0 to 1), None where it says none; `failure` is the
    code and the sentence of a failed one; `pictures` are stored pictures, in order; `ahead` is how
    many run before a queued one.
    """

    id: UUID
    user: UUID | None
    status: str
    mode: str
    category: str | None
    engine: str
    credits: int
    prompt: str | None
    confidence: float | None
    failure: tuple[str, str] | None
    pictures: tuple[UUID, ...]
    ahead: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


_COLUMNS = """
    j.id, j.user_id, cast(j.status as text) as status, cast(j.mode as text) as mode,
    cast(j.category as text) as category, j.engine, j.credits, j.prompt, j.confidence,
    j.failure_code, j.failure_message, j.created_at, j.started_at, j.finished_at,
    array(
      select o.object_id from job_outputs o where o.job_id = j.id order by o.position
    ) as pictures
"""
_ONE = text(f"select {_COLUMNS} from tryon_jobs j where j.id = :job")
# Only a queued job has a place, and only then the queue is asked.
_AHEAD = text("select q.ahead_count from queue_places() q where q.job_id = :job")
_RECENT = text(
    f"""
    select {_COLUMNS}
    from tryon_jobs j
    where (j.user_id = cast(:user as uuid) or j.brand_id = cast(:brand as uuid))
      and (
        cast(:after_at as timestamptz) is null
        or (j.created_at, j.id) < (cast(:after_at as timestamptz), cast(:after_id as uuid))
      )
    order by j.created_at desc, j.id desc
    limit :count
    """
)


def find(scope: Scope, job: UUID) -> Standing | None:
    """A job that the scope sees, or None. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        row = connection.execute(_ONE, {"job": job}).one_or_none()
        if row is None:
            return None
        is_queued = row.status == "queued"
        return _standing(row, connection.scalar(_AHEAD, {"job": job}) if is_queued else None)


def recent(
    scope: Scope,
    count: int,
    *,
    user: UUID | None = None,
    brand: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> list[Standing]:
    """The newest jobs of a user, or of a brand, or those that follow.

    Raises DatabaseUnavailableError.
    """
    asked = {
        "user": user,
        "brand": brand,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "count": count,
    }
    with writer(scope) as connection:
        return [_standing(row) for row in connection.execute(_RECENT, asked)]


def _standing(row: Row[tuple[object, ...]], ahead: int | None = None) -> Standing:
    said = row.failure_message or "The engine made no picture."
    return Standing(
        id=row.id,
        user=row.user_id,
        status=row.status,
        mode=row.mode,
        category=row.category,
        engine=row.engine,
        credits=row.credits,
        prompt=row.prompt,
        confidence=None if row.confidence is None else float(row.confidence),
        failure=None if row.failure_code is None else (row.failure_code, said),
        pictures=tuple(cast("list[UUID]", row.pictures)),
        ahead=ahead,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
