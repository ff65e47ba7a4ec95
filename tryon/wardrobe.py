"""A wardrobe: garments and saved looks of one person, and the collections they are in.

Everything happens under the scope of whoever asks, and a wardrobe is its owner's alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, Row, TextClause, text
from sqlalchemy.exc import IntegrityError

from database.connections import writer
from database.tenancy import Scope
from settings import settings
from tryon import describe, storage
from tryon.engines import Category
from tryon.engines.pictures import Array

LONGEST_NAME: Final = 200
LONGEST_COLLECTION: Final = 255


class WardrobeError(Exception):
    """This cannot be done; the message is one sentence for whoever asked."""


class NotThereError(WardrobeError):
    """What was named is not there, or not one's own."""


@dataclass(frozen=True, slots=True)
class Item:
    """A garment or a saved look. `picture` is the stored picture, `label` the maker's name.

    `looks` are words that were read from the picture, `tags` those of its owner.
    """

    id: UUID
    kind: str
    category: Category | None
    name: str
    label: str | None
    tags: tuple[str, ...]
    looks: tuple[str, ...]
    colors: tuple[str, ...]
    picture: UUID | None
    job: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, with how many items it holds and the picture that stands for it."""

    id: UUID
    name: str
    item_count: int
    cover: UUID | None
    created_at: datetime


Kind = Literal["item", "look"]
# The moment and the id of the last one that was seen; what comes next is older.
After = tuple[datetime, UUID]

_ITEM = """
    i.id, i.kind, cast(i.category as text) as category, i.name, i.maker, i.tags, i.ai_tags,
    i.color_tags,    i.object_id, i.source_job_id, i.created_at
"""
_LIST = text(
    f"""
    select {_ITEM}
    from wardrobe_items i
    where i.user_id = :user
      and (:category = '' or i.category = cast(nullif(:category, '') as garment_category))
      and (:kind = '' or i.kind = :kind)
      and (:color = '' or i.color_tags @> array[:color])
      and not exists (
        select from regexp_split_to_table(lower(:words), '\\s+') as w (word)
        where w.word <> '' and position(
          w.word in lower(
            concat_ws(
              ' ', i.name, i.maker, i.category, array_to_string(i.tags, ' '),
              array_to_string(i.ai_tags, ' '), array_to_string(i.color_tags, ' ')
            )
          )
        ) = 0
      )
      and (
        cast(:collection as uuid) is null
        or exists (
          select from collection_items c where c.collection_id = :collection and c.item_id = i.id
        )
      )
      and (
        cast(:after_at as timestamptz) is null
        or (i.created_at, i.id) < (cast(:after_at as timestamptz), cast(:after_id as uuid))
      )
    order by i.created_at desc, i.id desc
    limit :count
    """
)


def items(
    scope: Scope,
    count: int,
    *,
    category: Category | None = None,
    kind: Kind | None = None,
    color: str = "",
    words: str = "",
    collection: UUID | None = None,
    after: After | None = None,
) -> list[Item]:
    """The newest items of the scope's user, or those that follow. Raises DatabaseUnavailableError.

    `words` are looked for in name, label, category, tags and colours. Of a collection, those in it;
    one that is not theirs holds nothing.
    """
    asked = {
        "user": scope.user,
        "category": category or "",
        "kind": kind or "",
        "color": color,
        "words": words,
        "collection": collection,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "count": count,
    }
    with writer(scope) as connection:
        return [_item(row) for row in connection.execute(_LIST, asked)]


def _item(row: Row[tuple[object, ...]]) -> Item:
    return Item(
        id=row.id,
        kind=row.kind,
        category=Category(row.category) if row.category else None,
        name=row.name,
        label=row.maker,
        tags=tuple(row.tags),
        looks=tuple(row.ai_tags),
        colors=tuple(row.color_tags),
        picture=row.object_id,
        job=row.source_job_id,
        created_at=row.created_at,
    )


_ONE = text(f"select {_ITEM} from wardrobe_items i where i.id = :item and i.user_id = :user")


def item(scope: Scope, item_id: UUID) -> Item:
    """One item of the scope's user. Raises NotThereError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        row = connection.execute(_ONE, {"item": item_id, "user": scope.user}).one_or_none()
    if row is None:
        raise NotThereError("There is no such item in this wardrobe.")
    return _item(row)


_IS_MINE = text("select exists (select from stored_objects where id = :id and user_id = :user)")


def owns(scope: Scope, picture: UUID) -> bool:
    """Whether an uploaded picture is the scope's user's own. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        return bool(connection.scalar(_IS_MINE, {"id": picture, "user": scope.user}))


_HANG = text(
    f"""
    with hung as (
      insert into wardrobe_items (
        user_id, brand_id, category, name, maker, tags, object_id, color_tags, ai_tags, embedding
      )
      values (
        :user, :brand, cast(:category as garment_category), :name, :label, :tags, :picture, :colors,
        :looks, :embedding
      )
      returning *
    )
    select {_ITEM} from hung i
    """
)


def hang(
    scope: Scope,
    picture: UUID,
    category: Category,
    name: str,
    *,
    brand: UUID | None = None,
    label: str | None = None,
    tags: Sequence[str] = (),
) -> Item:
    """Put an uploaded picture of one's own into the wardrobe, as a garment of a category.

    Its colours and looks are read from the picture. Raises NotThereError for a picture that is not
    the user's, StorageError, DatabaseUnavailableError.
    """
    if not owns(scope, picture):
        raise NotThereError("There is no such picture.")
    content = storage.loaded(scope, picture)
    return _hang(scope, picture, content, category, name, brand=brand, label=label, tags=tags)


def hang_kept(
    scope: Scope, picture: UUID, content: bytes, category: Category, name: str, brand: UUID | None
) -> Item:
    """The same with a picture that was just kept, be it the user's or their brand's.

    Raises DatabaseUnavailableError.
    """
    return _hang(scope, picture, content, category, name, brand=brand)


def _hang(
    scope: Scope,
    picture: UUID,
    content: bytes,
    category: Category,
    name: str,
    *,
    brand: UUID | None,
    label: str | None = None,
    tags: Sequence[str] = (),
) -> Item:
    description = describe.described(content, category)
    garment = {"category": category, "name": name, "label": label}
    return _insert(scope, picture, description, brand, garment, tags)


def _insert(
    scope: Scope,
    picture: UUID,
    found: describe.Description | None,
    brand: UUID | None,
    garment: Mapping[str, object],
    tags: Sequence[str],
) -> Item:
    row = {
        "user": scope.user,
        "brand": brand,
        **garment,
        "tags": list(tags),
        "picture": picture,
        "colors": list(found.colors) if found else [],
        "looks": list(found.tags) if found else [],
        "embedding": list(found.embedding) if found else None,
    }
    with writer(scope) as connection:
        return _item(connection.execute(_HANG, row).one())


# Of each category the first, then the second of each: a little of everything.
_SAMPLES = text(
    """
    select s.object_id, s.name, s.category, s.brand
    from (
      select
        x.object_id, p.name, cast(p.category as text) as category, b.name as brand, p.id,
        row_number() over (partition by p.category order by p.created_at, p.id) as place
      from products p
      inner join brands b on b.id = p.brand_id
      inner join product_images x on x.product_id = p.id and x.is_primary
      where p.is_active and p.category is not null and b.is_demo
    ) s
    where not exists (
      select from wardrobe_items w where w.user_id = :user and w.object_id = s.object_id
    )
    order by s.place, s.category, s.id
    limit :count
    """
)


def borrow(scope: Scope, count: int) -> int:
    """Hang garments of the demo's shops in the wardrobe of a demo visitor; return how many.

    So that there is something to look at where nothing may be uploaded. The pictures stay the
    shops'. Raises StorageError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        found = connection.execute(_SAMPLES, {"user": scope.user, "count": count}).all()
    for row in found:
        category = Category(row.category)
        description = _of_a_shop(scope, row.object_id, category)
        garment = {"category": category, "name": row.name, "label": row.brand[:100]}
        _insert(scope, row.object_id, description, None, garment, ["demo"])
    return len(found)


_described: dict[UUID, describe.Description | None] = {}


def _of_a_shop(scope: Scope, picture: UUID, category: Category) -> describe.Description | None:
    """Every visitor borrows the same pictures: each is described once."""
    if picture not in _described:
        _described[picture] = describe.described(storage.loaded(scope, picture), category)
    return _described[picture]


_CHANGE = text(
    f"""
    with changed as (
      update wardrobe_items
      set name = :name, maker = :label, tags = :tags, color_tags = :colors,
        category = case
          when kind = 'look' then category else cast(:category as garment_category)
        end
      where id = :item and user_id = :user
      returning *
    )
    select {_ITEM} from changed i
    """
)


def change(
    scope: Scope,
    item_id: UUID,
    *,
    name: str,
    label: str | None,
    category: Category | None,
    tags: Sequence[str],
    colors: Sequence[str],
) -> Item:
    """Correct what is known of an item; a look keeps its category.

    Raises WardrobeError for a garment without a category, a name that is none or a colour without a
    name of ours, NotThereError, DatabaseUnavailableError.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise WardrobeError(f"A name has 1 to {LONGEST_NAME} characters.")
    if unknown := [color for color in colors if color not in describe.COLOURS]:
        raise WardrobeError(f"{unknown[0][:40]!r} is no colour: {', '.join(describe.COLOURS)} are.")
    if category is None and item(scope, item_id).kind == "item":
        raise WardrobeError("A garment has a category.")
    asked = {
        "item": item_id,
        "user": scope.user,
        "name": name,
        "label": label,
        "category": category,
        "tags": list(dict.fromkeys(tags)),
        "colors": list(dict.fromkeys(colors)),
    }
    with writer(scope) as connection:
        row = connection.execute(_CHANGE, asked).one_or_none()
    if row is None:
        raise NotThereError("There is no such item in this wardrobe.")
    return _item(row)


# Vectors of one kind only can be compared: a model's, where it has seen the one that is asked for,
# or else our own.
_LIKE = text(
    """
    select coalesce(e.embedding, i.embedding) as vector, e.embedding is not null as is_models
    from wardrobe_items i
    left join picture_embeddings e on e.object_id = i.object_id and e.model = :model
    where i.user_id = :user and i.id = :item
    """
)
_VECTORS = """
    select i.id, case when :is_models then e.embedding else i.embedding end as vector
    from wardrobe_items i
    left join picture_embeddings e on e.object_id = i.object_id and e.model = :model
    where i.user_id = :user and i.id <> :item
"""
_ALL_VECTORS = text(f"select v.id, v.vector from ({_VECTORS}) v where v.vector is not null")
_HAS_PGVECTOR = text(
    """
    select exists (
      select from pg_extension x
      where x.extname = 'vector' and x.extnamespace = cast('public' as regnamespace)
    )
    """
)
_NEAREST = text(
    f"""
    select v.id
    from ({_VECTORS}) v
    where cardinality(v.vector) = cardinality(cast(:like as real[]))
    order by cast(v.vector as vector) <=> cast(cast(:like as real[]) as vector), v.id
    limit :count
    """
)
_SOME = text(f"select {_ITEM} from wardrobe_items i where i.user_id = :user and i.id = any(:ids)")


def similar(scope: Scope, item_id: UUID, count: int) -> list[Item]:
    """Items of the scope's user that look most like one of theirs, the most alike first.

    By the cosine of their vectors, over all of them: a wardrobe is some hundred items. Empty where
    the item's picture could not be described. Raises NotThereError, DatabaseUnavailableError.
    """
    item(scope, item_id)
    asked = {"user": scope.user, "item": item_id, "model": settings().embeddings_model}
    with writer(scope) as connection:
        like = connection.execute(_LIKE, asked).one()
        if like.vector is None:
            return []
        asked["is_models"] = like.is_models
        if connection.scalar(_HAS_PGVECTOR):
            # The vectors stay where they are: a model's are a thousand numbers each.
            nearest = connection.scalars(_NEAREST, {**asked, "like": like.vector, "count": count})
            return _in_order(connection, scope, nearest.all())
        known = connection.execute(_ALL_VECTORS, asked).all()
        return _in_order(connection, scope, _nearest(known, np.array(like.vector))[:count])


def _nearest(known: Sequence[Row[tuple[UUID, list[float]]]], like: Array) -> list[UUID]:
    """Ids by the cosine, the nearest first; all vectors are of unit length."""
    alike = {
        row.id: float(np.array(row.vector) @ like) for row in known if len(row.vector) == len(like)
    }
    return sorted(alike, key=lambda one: (-alike[one], one))


def _in_order(connection: Connection, scope: Scope, ids: Sequence[UUID]) -> list[Item]:
    rows = connection.execute(_SOME, {"user": scope.user, "ids": list(ids)})
    found = {row.id: _item(row) for row in rows}
    return [found[one] for one in ids if one in found]


# The picture goes with the item, unless something else shows it; a result belongs to its job.
_REMOVE = text(
    """
    with gone as (
      delete from wardrobe_items where id = :item and user_id = :user returning object_id, kind
    ),
    erased as (
      delete from stored_objects o
      using gone g
      where o.id = g.object_id and g.kind = 'item' and o.user_id = :user and o.kind = 'garment'
        and not exists (
          select from wardrobe_items w where w.object_id = o.id and w.id <> :item
        )
    )
    select count(*) from gone
    """
)


def remove(scope: Scope, item_id: UUID) -> None:
    """Take an item out of the wardrobe. Raises NotThereError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        if not connection.scalar(_REMOVE, {"item": item_id, "user": scope.user}):
            raise NotThereError("There is no such item in this wardrobe.")


_COLLECTIONS = text(
    """
    select
      c.id, c.name, c.created_at,
      (select count(*) from collection_items x where x.collection_id = c.id) as item_count,
      coalesce(
        c.cover_object_id,
        (
          select i.object_id
          from collection_items x
          inner join wardrobe_items i on i.id = x.item_id
          where x.collection_id = c.id
          order by x.added_at desc, x.item_id desc
          limit 1
        )
      ) as cover
    from collections c
    where c.user_id = :user
      and (cast(:only as uuid) is null or c.id = :only)
      and (
        cast(:after_at as timestamptz) is null
        or (c.created_at, c.id) < (cast(:after_at as timestamptz), cast(:after_id as uuid))
      )
    order by c.created_at desc, c.id desc
    limit :count
    """
)


def collections(
    scope: Scope, count: int, *, only: UUID | None = None, after: After | None = None
) -> list[Collection]:
    """The newest collections of the scope's user, or those that follow, or only one.

    Raises DatabaseUnavailableError.
    """
    asked = {
        "user": scope.user,
        "only": only,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "count": count,
    }
    with writer(scope) as connection:
        return [
            Collection(row.id, row.name, row.item_count, row.cover, row.created_at)
            for row in connection.execute(_COLLECTIONS, asked)
        ]


_IN = text(
    """
    select x.collection_id
    from collection_items x
    inner join collections c on c.id = x.collection_id
    where x.item_id = :item and c.user_id = :user
    """
)


def collections_of(scope: Scope, item_id: UUID) -> set[UUID]:
    """In which collections of the scope's user an item is. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        return set(connection.scalars(_IN, {"item": item_id, "user": scope.user}))


_NEW_COLLECTION = text("insert into collections (user_id, name) values (:user, :name) returning id")
_COLLECT = text(
    """
    insert into collection_items (collection_id, item_id)
    select c.id, i.id
    from collections c
    cross join wardrobe_items i
    where c.id = :collection and c.user_id = :user and i.id = :item and i.user_id = :user
    on conflict (collection_id, item_id) do update set added_at = collection_items.added_at
    """
)
_TAKE_OUT = text(
    """
    delete from collection_items x
    using collections c
    where c.id = x.collection_id and c.user_id = :user and c.id = :collection and x.item_id = :item
    """
)
_DROP_COLLECTION = text("delete from collections where id = :collection and user_id = :user")


def add_collection(scope: Scope, name: str) -> Collection:
    """Make an empty collection. Raises WardrobeError for no name, DatabaseUnavailableError."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_COLLECTION:
        raise WardrobeError(f"A collection's name has 1 to {LONGEST_COLLECTION} characters.")
    with writer(scope) as connection:
        made = connection.execute(_NEW_COLLECTION, {"user": scope.user, "name": name}).scalar_one()
    return collections(scope, 1, only=made)[0]


def collect(scope: Scope, collection: UUID, item_id: UUID) -> None:
    """Put an item into a collection, both one's own.

    Raises NotThereError, DatabaseUnavailableError.
    """
    _changed(scope, _COLLECT, {"collection": collection, "item": item_id})


def take_out(scope: Scope, collection: UUID, item_id: UUID) -> None:
    """Take an item out of a collection. Raises NotThereError, DatabaseUnavailableError."""
    _changed(scope, _TAKE_OUT, {"collection": collection, "item": item_id})


def remove_collection(scope: Scope, collection: UUID) -> None:
    """Delete a collection; its items stay. Raises NotThereError, DatabaseUnavailableError."""
    _changed(scope, _DROP_COLLECTION, {"collection": collection})


def _changed(scope: Scope, statement: TextClause, named: dict[str, object]) -> None:
    try:
        with writer(scope) as connection:
            done = connection.execute(statement, {**named, "user": scope.user})
    except IntegrityError:
        raise NotThereError("There is no such collection or item.") from None
    if done.rowcount != 1:
        raise NotThereError("There is no such collection or item.")
