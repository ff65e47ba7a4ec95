"""What people do with finished pictures: mark favourites, save looks, take files along.

A picture is named by its row in job_outputs. Everything happens under the scope of whoever asks:
what that does not see is not there.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from database.connections import writer
from database.tenancy import Scope
from tryon import storage
from tryon.storage import MissingPictureError

# How many pictures are packed into one file: some fifteen megabytes, which a browser gets at once.
MOST_AT_ONCE: Final = 100
_LONGEST_NAME = 200


class GalleryError(Exception):
    """This cannot be done; the message is one sentence for whoever asked."""


_FAVORITE = text(
    """
    update job_outputs set is_favorite = :favorite
    where id = any(:ids) and is_favorite <> :favorite
    """
)


def set_favorite(scope: Scope, outputs: Sequence[UUID], *, favorite: bool) -> int:
    """Make pictures favourites of their brand, or no longer; return how many that changed.

    Pictures that the scope may not change stay as they are. Raises DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        parameters = {"ids": list(outputs), "favorite": favorite}
        return connection.execute(_FAVORITE, parameters).rowcount


_SEEN = text(
    """
    select
      o.id,
      o.object_id,
      o.job_id,
      j.brand_id,
      j.category,
      j.created_at,
      coalesce(
        (select p.name from products p where p.id = j.product_id),
        (
          select string_agg(p.name, ' + ' order by g.position)
          from tryon_garments g
          inner join products p on p.id = g.product_id
          where g.job_id = j.id
        ),
        j.prompt,
        initcap(j.category::text),
        'Picture'
      ) as name
    from job_outputs o
    inner join tryon_jobs j on j.id = o.job_id
    inner join stored_objects s on s.id = o.object_id
    where o.id = any(:ids)
    order by s.created_at, o.id
    """
)


def _seen(connection: Connection, outputs: Sequence[UUID]) -> Sequence[Row[tuple[object, ...]]]:
    rows = connection.execute(_SEEN, {"ids": list(outputs)}).all()
    if not rows:
        raise GalleryError("These pictures are not there (any more).")
    return rows


# Once, however often it is saved.
_SAVE = text(
    """
    insert into wardrobe_items (user_id, brand_id, kind, category, name, object_id, source_job_id)
    select :user, :brand, 'look', :category, :name, :object, :job
    where not exists (
      select from wardrobe_items w
      where w.user_id = :user and w.kind = 'look' and w.object_id = :object
    )
    """
)
_SAVED = text(
    """
    select id from wardrobe_items
    where user_id = :user and kind = 'look' and object_id = any(:objects)
    """
)
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:user, 0))")
_COLLECTION = text(
    """
    with known as (
      select id from collections where user_id = :user and name = :name order by created_at limit 1
    ),
    made as (
      insert into collections (user_id, name)
      select :user, :name where not exists (select from known)
      returning id
    )
    select id from known union all select id from made
    """
)
_COLLECT = text(
    """
    insert into collection_items (collection_id, item_id)
    select :collection, unnest(cast(:items as uuid[]))
    on conflict do nothing
    """
)


@dataclass(frozen=True, slots=True)
class Saved:
    """How many pictures are saved now, and how many of them were not before."""

    looks: int
    new: int


def save(scope: Scope, outputs: Sequence[UUID], *, collection: str | None = None) -> Saved:
    """Save pictures as looks in the wardrobe of whoever asks, and put them in a collection.

    The collection is their own of that name, made when there is none. A picture is saved once; when
    it is deleted, the look goes with it. Raises GalleryError, DatabaseUnavailableError.
    """
    if not scope.user:
        raise GalleryError("Only somebody who is signed in has a wardrobe.")
    name = " ".join((collection or "").split())
    if collection is not None and not 1 <= len(name) <= _LONGEST_NAME:
        raise GalleryError(f"A collection's name has 1 to {_LONGEST_NAME} characters.")
    user = {"user": scope.user}
    with writer(scope) as connection:
        rows = _seen(connection, outputs)
        connection.execute(_ONE_AT_A_TIME, user)
        new = 0
        for row in rows:
            look = {
                **user,
                "brand": row.brand_id,
                "category": row.category,
                "name": str(row.name)[:_LONGEST_NAME],
                "object": row.object_id,
                "job": row.job_id,
            }
            new += connection.execute(_SAVE, look).rowcount
        if collection is not None:
            found = connection.execute(_COLLECTION, {**user, "name": name}).scalar_one()
            objects = [row.object_id for row in rows]
            items = connection.scalars(_SAVED, {**user, "objects": objects}).all()
            connection.execute(_COLLECT, {"collection": found, "items": list(items)})
    return Saved(len(rows), new)


_COLLECTIONS = text(
    "select name from collections where user_id = :user group by name order by lower(name), name"
)


def collections(scope: Scope) -> list[str]:
    """The names of the collections of whoever asks. Raises DatabaseUnavailableError."""
    if not scope.user:
        return []
    with writer(scope) as connection:
        return [str(name) for name in connection.scalars(_COLLECTIONS, {"user": scope.user})]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file to take along: ``count`` pictures, and how many that were asked for are missing."""

    name: str
    content: bytes
    media_type: str
    count: int
    missing: int


def take(scope: Scope, outputs: Sequence[UUID]) -> Taken:
    """One picture as it is, several in a zip. Raises GalleryError, StorageError.

    And DatabaseUnavailableError.
    """
    if len(outputs) > MOST_AT_ONCE:
        raise GalleryError(f"At most {MOST_AT_ONCE} pictures can be taken along at once.")
    files: dict[str, bytes] = {}
    with writer(scope) as connection:
        for row in _seen(connection, outputs):
            try:
                content = storage.load(connection, row.object_id)
            except MissingPictureError:
                continue  # deleted while we looked
            files[_file_name(str(row.name), row.id)] = content
    if not files:
        raise GalleryError("These pictures are not there (any more).")
    missing = len(set(outputs)) - len(files)
    if len(outputs) == 1:
        ((name, content),) = files.items()
        return Taken(name, content, "image/webp", 1, missing)
    packed = io.BytesIO()
    # Pictures are as small as they get.
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            # Not the time of packing: the same pictures give the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content)
    name = f"closetai-{len(files)}-pictures.zip"
    return Taken(name, packed.getvalue(), "application/zip", len(files), missing)


def _file_name(name: str, output: UUID) -> str:
    """A name that every file system takes: of what is shown, and where it is found again."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")
    return f"{words or 'picture'}-{output.hex[-8:]}.webp"
