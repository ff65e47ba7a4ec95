"""Stored pictures: their files, their rows, and the addresses at which a browser may fetch them.

A picture has an owner: a user, a brand, or both. Its key is made of keyed hashes of the owner and
of the content, so that the same picture of one owner is kept once, two owners never share a file,
and a key tells nobody whose picture it is.

A file without a row, or a row without its file, cannot come about, wherever a process is killed:
before a file is written, its key is noted as one to erase in an hour; the row is made after the
file; and what erases looks for a row first.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from uuid import UUID

from fsspec.implementations.arrow import ArrowFSWrapper
from fsspec.implementations.local import LocalFileSystem
from fsspec.spec import AbstractFileSystem
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from database.connections import writer
from database.tenancy import Scope
from settings import settings
from tryon import pictures
from tryon.pictures import Picture

Kind = Literal["selfie", "garment", "product", "persona", "result", "cover", "other"]

# How long a file may stay without a row: longer than any transaction that makes one.
_GRACE = "1 hour"
# An address is good for ten minutes at most. It changes every five, so that a page which is drawn
# again shows the browser what it has already.
ADDRESS_STEP = timedelta(minutes=5)


class StorageError(Exception):
    """The place where pictures are kept does not answer; the message is one sentence."""


class MissingPictureError(StorageError):
    """A picture's file is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose picture it is. A user's goes with the user; a brand sees what is its own too."""

    user: UUID | None = None
    brand: UUID | None = None

    def __post_init__(self) -> None:
        if self.user is None and self.brand is None:
            raise ValueError("A picture needs an owner.")


@dataclass(frozen=True, slots=True)
class File:
    """A picture whose file is written and whose row is yet to be made."""

    key: str
    owner: Owner
    kind: Kind
    picture: Picture
    content_hash: bytes


def _keyed(purpose: str, *parts: bytes) -> bytes:
    # The length of each part goes in, so that no two lists of parts read the same.
    message = b"".join(len(part).to_bytes(8) + part for part in (purpose.encode(), *parts))
    return hmac.digest(settings().secret.encode(), message, hashlib.sha256)


@cache
def _place(where: str, home: Path) -> tuple[AbstractFileSystem, str]:
    """The file system and the folder in it."""
    if where.startswith("s3://"):
        from pyarrow.fs import FileSystem

        bucket, prefix = FileSystem.from_uri(where)
        return ArrowFSWrapper(bucket), prefix.rstrip("/")
    folder = Path(where).expanduser().absolute() if where else home / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's photos are nobody else's
    return LocalFileSystem(auto_mkdir=True), str(folder)


@contextmanager
def _at(key: str) -> Iterator[tuple[AbstractFileSystem, str]]:
    try:
        system, folder = _place(settings().files, settings().home)
        yield system, f"{folder}/{key}"
    except FileNotFoundError:
        raise MissingPictureError("This picture is not there any more.") from None
    except (OSError, ValueError) as error:
        raise StorageError("The place where pictures are kept does not answer.") from error


_INTEND = text(
    f"""
    insert into object_deletions (key, requested_at) values (:key, now() + interval '{_GRACE}')
    on conflict (key) do update set requested_at = excluded.requested_at
    """
)


def write(owner: Owner, kind: Kind, picture: Picture, *, job: UUID | None = None) -> File:
    """Write a picture's file. `record` makes its row; without one it is erased in an hour.

    A job's results are kept per job: whoever deletes one keeps the others. Raises StorageError,
    DatabaseUnavailableError.
    """
    whose = [part.bytes if part else b"" for part in (owner.user, owner.brand)]
    content = _keyed("content", *whose, kind.encode(), job.bytes if job else b"", picture.data)
    folder = _keyed("owner", *whose).hex()[:32]
    key = f"{folder}/{content.hex()}.webp"
    with writer(Scope.system()) as connection:
        connection.execute(_INTEND, {"key": key})
    with _at(key) as (system, path):
        system.pipe_file(path, picture.data)
    return File(key, owner, kind, picture, content)


_RECORD = text(
    """
    insert into stored_objects (
      user_id, brand_id, key, content_hash, kind, media_type, byte_count, width, height, expires_at
    )
    values (
      :user, :brand, :key, :hash, :kind, :media_type, :byte_count, :width, :height, :expires
    )
    on conflict (key) do update
    set expires_at = greatest(stored_objects.expires_at, excluded.expires_at)
    returning id
    """
)


def record(connection: Connection, file: File, *, expires_at: datetime | None = None) -> UUID:
    """Make the row of a file that has been written, or find it, and return its id."""
    found: UUID = connection.execute(
        _RECORD,
        {
            "user": file.owner.user,
            "brand": file.owner.brand,
            "key": file.key,
            "hash": file.content_hash,
            "kind": file.kind,
            "media_type": pictures.MEDIA_TYPE,
            "byte_count": len(file.picture.data),
            "width": file.picture.width,
            "height": file.picture.height,
            "expires": expires_at,
        },
    ).scalar_one()
    return found


def upload(scope: Scope, owner: Owner, kind: Kind, content: bytes, now: datetime) -> UUID:
    """Keep what somebody has uploaded, and return the object's id.

    A selfie expires; the same one uploaded again lives on. Raises PictureError with a sentence for
    the uploader, StorageError, DatabaseUnavailableError, and ProgrammingError when the scope may
    not write for this owner.
    """
    return keep(scope, owner, kind, pictures.read(content), now)


def keep(scope: Scope, owner: Owner, kind: Kind, picture: Picture, now: datetime) -> UUID:
    """Keep an uploaded picture that has been read already, as `upload` does."""
    file = write(owner, kind, picture)
    expires = now + timedelta(days=settings().selfie_days) if kind == "selfie" else None
    try:
        with writer(scope) as connection:
            return record(connection, file, expires_at=expires)
    except DBAPIError:
        discard(file)
        raise


def discard(file: File) -> None:
    """Have a file erased that gets no row after all. Raises DatabaseUnavailableError."""
    with writer(Scope.system()) as connection:
        connection.execute(
            text("update object_deletions set requested_at = now() where key = :key"),
            {"key": file.key},
        )


_KEY = text("select key from stored_objects where id = :id")


def load(connection: Connection, object_id: UUID) -> bytes:
    """The bytes of a picture that the connection's scope sees.

    Raises MissingPictureError when there is none, StorageError.
    """
    return _content(_key_of(connection, object_id))


def load_small(connection: Connection, object_id: UUID) -> bytes:
    """The same picture as it is shown among many: no side longer than `pictures.SMALL_SIDE`.

    Raises as `load` does.
    """
    return _small(_key_of(connection, object_id))


def _key_of(connection: Connection, object_id: UUID) -> str:
    key: str | None = connection.scalar(_KEY, {"id": object_id})
    if key is None:
        raise MissingPictureError("This picture is not there any more.")
    return key


def _content(key: str) -> bytes:
    with _at(key) as (system, path):
        content: bytes = system.cat_file(path)
    return content


# A key stands for one content, and whoever asks has been asked for the row first: some 20 MB that
# many visitors of the same gallery share.
@lru_cache(maxsize=1500)
def _small(key: str) -> bytes:
    return pictures.small(_content(key))


def loaded(scope: Scope, object_id: UUID) -> bytes:
    """The bytes of a picture that a scope sees, as `load` gives them."""
    with writer(scope) as connection:
        return load(connection, object_id)


# One at a time and locked, so that `write` of the same key waits until the old file is gone.
_NEXT_TO_ERASE = text(
    """
    select d.key, exists (select from stored_objects o where o.key = d.key) as is_kept
    from object_deletions d
    where d.requested_at <= :until and d.key > :after
    order by d.key
    limit 1
    for update skip locked
    """
)
_ERASED = text("delete from object_deletions where key = :key")


def erase_requested(until: datetime) -> int:
    """Erase the files whose erasure was due by then, and return how many there were.

    For the worker. One that cannot be erased stays requested, and the others follow all the same.
    Raises StorageError for it at the end, DatabaseUnavailableError.
    """
    erased, after = 0, ""
    failed: StorageError | None = None
    while True:
        with writer(Scope.system()) as connection:
            row = connection.execute(_NEXT_TO_ERASE, {"until": until, "after": after}).one_or_none()
            if row is None:
                break
            after = row.key
            try:
                if not row.is_kept:
                    _erase(row.key)
                    erased += 1
            except StorageError as error:
                failed = error
            else:
                connection.execute(_ERASED, {"key": row.key})
    if failed:
        raise failed
    return erased


def _erase(key: str) -> None:
    try:
        with _at(key) as (system, path):
            system.rm_file(path)
    except MissingPictureError:
        pass  # gone already: that is what was wanted


# What waits for a picture has lost it.
_CANCEL_WAITING = text(
    "update tryon_jobs set status = 'canceled'"
    " where selfie_object_id = :id and status in ('queued', 'processing')"
)
_DELETE_RESULTS = text(
    """
    delete from stored_objects o
    using job_outputs x
    inner join tryon_jobs j on j.id = x.job_id
    where x.object_id = o.id and j.selfie_object_id = :id
    """
)
_DELETE = text("delete from stored_objects where id = :id")


def forget_selfie(scope: Scope, object_id: UUID) -> bool:
    """Delete a photo of a person at once, with the pictures that were made of it.

    Jobs that still wait for it are canceled. The files follow within a minute. False when the scope
    sees no such picture. Raises DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        connection.execute(_CANCEL_WAITING, {"id": object_id})
        connection.execute(_DELETE_RESULTS, {"id": object_id})
        return connection.execute(_DELETE, {"id": object_id}).rowcount == 1


_EXPIRE = text(
    """
    delete from stored_objects o
    where o.expires_at <= :now
      and not exists (
        select from tryon_jobs j
        where j.selfie_object_id = o.id and j.status in ('queued', 'processing')
      )
    """
)


def expire(now: datetime) -> int:
    """Delete the pictures whose time is over, and return how many; for the worker.

    One that a job still waits for stays until that is finished. Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        return connection.execute(_EXPIRE, {"now": now}).rowcount


def address(session: str, object_id: UUID | str, now: datetime) -> str:
    """The address of a picture for one session, good for five to ten minutes."""
    return f"/files/{object_id}?{signed(session, object_id, now)}"


def signed(whom: str, object_id: UUID | str, now: datetime) -> str:
    """What an address ends with that shows a picture to one session, or to `whom` else.

    It is good for five to ten minutes, and the same for that long.
    """
    step = int(ADDRESS_STEP.total_seconds())
    until = (int(now.timestamp()) // step + 2) * step
    return f"until={until}&signature={_signature(whom, object_id, until)}"


def is_signed(session: str, object_id: UUID, until: str, signature: str, now: datetime) -> bool:
    """Tell whether an address was made for this session and picture and is still good."""
    if not (until.isascii() and until.isdecimal() and len(until) <= 12):
        return False
    return hmac.compare_digest(
        signature.encode(), _signature(session, object_id, int(until)).encode()
    ) and now.timestamp() < int(until)


def _signature(session: str, object_id: UUID | str, until: int) -> str:
    parts = (session.encode(), str(object_id).encode(), str(until).encode())
    return _keyed("address", *parts).hex()
