"""Personas of a brand: a person or a model by some pictures, and the photo sets made of them.

A persona is a draft until one of its pictures shows a person whom the engines find; then it is
ready. While a photo set of it is being made, it is processing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from database.connections import writer
from database.tenancy import Scope
from tryon import guess, jobs, launches, storage
from tryon.engines import Mode
from tryon.launches import Person, Wish
from tryon.pictures import Picture
from tryon.storage import Owner

LONGEST_NAME: Final = 255
MOST_PICTURES: Final = 20
MOST_PHOTOS: Final = 50
_MOST: Final = 200

Status = Literal["draft", "processing", "ready"]


class PersonaError(Exception):
    """This cannot be done; the message is one sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A persona; `picture` is the one that stands for it, None where there is none yet."""

    id: UUID
    name: str
    status: Status
    picture: UUID | None
    picture_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Pictures of a persona in one style: how many are wanted, made, and failed."""

    id: UUID
    style: str
    wanted: int
    completed: int
    failed: int
    is_running: bool
    pictures: tuple[UUID, ...]
    created_at: datetime


_COLUMNS = """
    p.id, p.name, p.created_at,
    case
      when exists (
        select from photo_sets s
        inner join tryon_jobs j on j.photo_set_id = s.id
        where s.persona_id = p.id and j.status in ('queued', 'processing')
      ) then 'processing'
      else p.status
    end as status,
    coalesce(
      p.thumbnail_object_id,
      (
        select x.object_id from persona_pictures x
        where x.persona_id = p.id order by x.position, x.object_id limit 1
      )
    ) as picture,
    (select count(*) from persona_pictures y where y.persona_id = p.id) as picture_count
"""
# A shopper's own persona is theirs, not the brand's.
_LIST = text(
    f"""
    select {_COLUMNS} from personas p
    where p.brand_id = :brand and p.user_id is null
    order by p.created_at desc, p.id desc
    limit :count
    """
)
_ONE = text(f"select {_COLUMNS} from personas p where p.id = :persona and p.user_id is null")


def _persona(row: Mapping[str, Any]) -> Persona:
    return Persona(**{name: row[name] for name in Persona.__slots__})


def listed(scope: Scope, brand: UUID) -> list[Persona]:
    """The personas of a brand, the newest first. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        rows = connection.execute(_LIST, {"brand": brand, "count": _MOST}).mappings()
        return [_persona(cast("Mapping[str, Any]", row)) for row in rows]


def find(scope: Scope, persona: UUID) -> Persona:
    """One persona. Raises PersonaError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        row = connection.execute(_ONE, {"persona": persona}).mappings().one_or_none()
    if row is None:
        raise PersonaError("This persona is not there (any more).")
    return _persona(cast("Mapping[str, Any]", row))


_ADD = text("insert into personas (brand_id, name) values (:brand, :name) returning id")
_RENAME = text("update personas set name = :name where id = :persona and user_id is null")
_DELETE = text("delete from personas where id = :persona and user_id is null")
# Pictures that nothing else shows go with it.
_ITS_PICTURES = text(
    """
    delete from stored_objects o
    using persona_pictures x
    where x.persona_id = :persona and o.id = x.object_id and o.kind = 'persona'
      and not exists (
        select from persona_pictures y where y.object_id = o.id and y.persona_id <> :persona
      )
    """
)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise PersonaError(f"A persona has a name of 1 to {LONGEST_NAME} characters.")
    return name


def add(scope: Scope, brand: UUID, name: str) -> UUID:
    """Make a persona without pictures. Raises PersonaError, DatabaseUnavailableError."""
    try:
        with writer(scope) as connection:
            made: UUID = connection.execute(
                _ADD, {"brand": brand, "name": _named(name)}
            ).scalar_one()
    except ProgrammingError as error:
        if "row-level security" in str(error.orig):
            raise PersonaError("You cannot make personas for this brand.") from error
        raise
    return made


def rename(scope: Scope, persona: UUID, name: str) -> None:
    """Call it something else. Raises PersonaError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        done = connection.execute(_RENAME, {"persona": persona, "name": _named(name)})
    if done.rowcount != 1:
        raise PersonaError("This persona is not there (any more).")


def delete(scope: Scope, persona: UUID) -> None:
    """Delete a persona with its pictures; what was made of it stays.

    Raises PersonaError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        connection.execute(_ITS_PICTURES, {"persona": persona})
        if connection.execute(_DELETE, {"persona": persona}).rowcount != 1:
            raise PersonaError("This persona is not there (any more).")


_PICTURES = text(
    """
    select object_id from persona_pictures where persona_id = :persona order by position, object_id
    """
)
_SHOW = text(
    """
    insert into persona_pictures (persona_id, object_id, position)
    select :persona, :object,
      coalesce((select max(position) + 1 from persona_pictures where persona_id = :persona), 0)
    on conflict (persona_id, object_id) do nothing
    """
)
_READY = text(
    """
    update personas
    set status = 'ready', thumbnail_object_id = coalesce(thumbnail_object_id, :object)
    where id = :persona
    """
)


def pictures(scope: Scope, persona: UUID) -> list[UUID]:
    """The pictures of a persona, in their order. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        return list(connection.scalars(_PICTURES, {"persona": persona}))


def add_picture(scope: Scope, brand: UUID, persona: UUID, picture: Picture) -> bool:
    """Give a persona of the brand one more picture, and say whether a person is seen in it.

    The first one with a person stands for the persona, which is ready then. Raises PersonaError,
    StorageError, DatabaseUnavailableError.
    """
    if find(scope, persona).picture_count >= MOST_PICTURES:
        raise PersonaError(f"A persona has {MOST_PICTURES} pictures at most.")
    is_person = guess.shows_person(picture.data)
    file = storage.write(Owner(brand=brand), "persona", picture)
    with writer(scope) as connection:
        stored = storage.record(connection, file)
        connection.execute(_SHOW, {"persona": persona, "object": stored})
        if is_person:
            connection.execute(_READY, {"persona": persona, "object": stored})
    return is_person


_SETS = text(
    """
    select
      s.id, s.style, s.created_at, v.photo_count as wanted, v.completed_count as completed,
      v.failed_count as failed, v.status = 'processing' as is_running,
      array(
        select o.object_id
        from tryon_jobs j
        inner join job_outputs o on o.job_id = j.id
        where j.photo_set_id = s.id and o.object_id is not null
        order by j.created_at, o.id
        limit 50
      ) as pictures
    from photo_sets s
    inner join photo_set_progress v on v.photo_set_id = s.id
    where s.persona_id = :persona
    order by s.created_at desc, s.id desc
    limit 20
    """
)
# The latest attempt of each: what was tried again and failed again is tried once more.
_FAILED = text(
    """
    select j.id
    from tryon_jobs j
    where j.photo_set_id = :photo_set and j.status in ('failed', 'canceled')
      and not exists (
        select from tryon_jobs a where a.idempotency_key = 'retry:' || j.id
      )
    order by j.created_at, j.id
    """
)


def photo_sets(scope: Scope, persona: UUID) -> list[PhotoSet]:
    """The photo sets of a persona, the newest first. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        rows = connection.execute(_SETS, {"persona": persona}).mappings()
        return [
            PhotoSet(**{**cast("Mapping[str, Any]", row), "pictures": tuple(row["pictures"])})
            for row in rows
        ]


def make_set(
    scope: Scope, brand: UUID, persona: UUID, engine: str, style: str, count: int, key: str
) -> int:
    """Launch a photo set, once for a key, and return how many pictures that is.

    Raises PersonaError for a persona that is not ready, a style that is none or a number out of
    range, JobError, DatabaseUnavailableError.
    """
    style = " ".join(style.split())
    if not 1 <= len(style) <= 500:
        raise PersonaError("A style is told in 1 to 500 characters.")
    if not 1 <= count <= MOST_PHOTOS:
        raise PersonaError(f"A photo set has 1 to {MOST_PHOTOS} pictures.")
    if find(scope, persona).status == "draft":
        raise PersonaError("No picture shows a person yet: add one in which the face is seen.")
    wish = Wish(
        mode=Mode.PHOTO_SET,
        engine=engine,
        persons=(Person(persona=persona),),
        prompt=style,
        count=count,
    )
    return len(launches.launch(scope, "studio", brand, wish, key).jobs)


def retry(scope: Scope, photo_set: UUID) -> int:
    """Launch what failed of a set once more, and return how many pictures that is.

    Raises JobError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        failed = list(connection.scalars(_FAILED, {"photo_set": photo_set}))
    for job in failed:
        jobs.retry(scope, job)
    return len(failed)
