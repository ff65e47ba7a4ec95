"""A brand's products: looked up, made, changed.

Everything happens under the scope of whoever asks: what that does not see is not there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from database.connections import writer
from database.tenancy import Scope
from tryon import storage
from tryon.engines import Category
from tryon.pictures import Picture
from tryon.storage import Owner

LONGEST_NAME: Final = 255
LONGEST_SKU: Final = 100
MOST_TAGS: Final = 30


class CatalogError(Exception):
    """This cannot be done; the message is one sentence for whoever asked."""


class ChangedError(CatalogError):
    """Somebody else has changed the product meanwhile."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product. `pictures` are stored pictures, the primary one first."""

    id: UUID
    brand: UUID
    name: str
    description: str | None
    sku: str | None
    category: Category | None
    fields: Mapping[str, object]
    tags: tuple[str, ...]
    is_active: bool
    pictures: tuple[UUID, ...]
    created_at: datetime
    updated_at: datetime


_COLUMNS = """
    p.id, p.brand_id, p.name, p.description, p.sku, cast(p.category as text) as category,
    p.custom_fields, p.tags, p.is_active, p.created_at, p.updated_at,
    array(
      select x.object_id from product_images x
      where x.product_id = p.id
      order by x.is_primary desc, x.position, x.object_id
    ) as pictures
"""
_ONE = text(f"select {_COLUMNS} from products p where p.id = :product")
_LIST = text(
    f"""
    select {_COLUMNS}
    from products p
    where p.brand_id = :brand
      and (p.is_active or not :only_active)
      and (:category = '' or p.category = cast(nullif(:category, '') as garment_category))
      and (:tag = '' or p.tags @> array[:tag])
      and (
        :words = ''
        or position(lower(:words) in lower(p.name)) > 0
        or lower(p.sku) = lower(:words)
      )
      and (
        cast(:after_at as timestamptz) is null
        or (p.created_at, p.id) < (cast(:after_at as timestamptz), cast(:after_id as uuid))
      )
    order by p.created_at desc, p.id desc
    limit :count
    """
)


def _product(row: Row[tuple[object, ...]]) -> Product:
    return Product(
        id=row.id,
        brand=row.brand_id,
        name=row.name,
        description=row.description,
        sku=row.sku,
        category=Category(row.category) if row.category else None,
        fields=row.custom_fields,
        tags=tuple(row.tags),
        is_active=row.is_active,
        pictures=tuple(cast("list[UUID]", row.pictures)),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def find(scope: Scope, product: UUID) -> Product | None:
    """A product that the scope sees, or None. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        return _find(connection, product)


def _find(connection: Connection, product: UUID) -> Product | None:
    row = connection.execute(_ONE, {"product": product}).one_or_none()
    return None if row is None else _product(row)


def listed(
    scope: Scope,
    brand: UUID,
    count: int,
    *,
    only_active: bool = True,
    category: Category | None = None,
    tag: str = "",
    words: str = "",
    after: tuple[datetime, UUID] | None = None,
) -> list[Product]:
    """The newest products of a brand, or those that follow. Raises DatabaseUnavailableError.

    `words` are a part of the name, or the whole SKU.
    """
    asked = {
        "brand": brand,
        "only_active": only_active,
        "category": category or "",
        "tag": tag,
        "words": words,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "count": count,
    }
    with writer(scope) as connection:
        return [_product(row) for row in connection.execute(_LIST, asked)]


_INSERT = text(
    """
    insert into products (
      brand_id, name, description, sku, category, custom_fields, tags, is_active
    )
    values (
      :brand, :name, :description, :sku, cast(:category as garment_category),
      cast(:fields as jsonb), :tags, :is_active
    )
    returning id
    """
)
_UPDATE = text(
    """
    update products
    set name = :name, description = :description, sku = :sku,
      category = cast(:category as garment_category), custom_fields = cast(:fields as jsonb),
      tags = :tags, is_active = :is_active
    where id = :product
      and (cast(:seen_at as timestamptz) is null or updated_at = cast(:seen_at as timestamptz))
    """
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a product is to be."""

    name: str
    description: str | None = None
    sku: str | None = None
    category: Category | None = None
    fields: Mapping[str, object] | None = None
    tags: Sequence[str] = ()
    is_active: bool = True

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= LONGEST_NAME:
            raise CatalogError(f"A product's name has 1 to {LONGEST_NAME} characters.")
        if self.sku is not None and not 1 <= len(self.sku) <= LONGEST_SKU:
            raise CatalogError(f"A SKU has 1 to {LONGEST_SKU} characters.")
        if len(self.tags) > MOST_TAGS:
            raise CatalogError(f"A product has {MOST_TAGS} tags at most.")

    def _row(self) -> dict[str, object]:
        return {
            "name": self.name,
            "description": self.description or None,
            "sku": self.sku,
            "category": self.category,
            "fields": json.dumps(dict(self.fields or {}), default=str),
            "tags": list(dict.fromkeys(tag.strip() for tag in self.tags if tag.strip())),
            "is_active": self.is_active,
        }


def add(scope: Scope, brand: UUID, draft: Draft) -> Product:
    """Make a product of a brand.

    Raises CatalogError for a SKU that the brand has already, or a brand that is not the scope's to
    change; DatabaseUnavailableError.
    """
    try:
        with writer(scope) as connection:
            made = connection.execute(_INSERT, {"brand": brand, **draft._row()}).scalar_one()
            return cast(Product, _find(connection, made))
    except (IntegrityError, ProgrammingError) as error:
        raise _refused(error, draft) from error


def change(
    scope: Scope, product: UUID, draft: Draft, *, seen_at: datetime | None = None
) -> Product | None:
    """Make a product what the draft says; None when the scope sees no such product.

    With `seen_at` (its `updated_at` as it was shown) only if nobody has changed it since. Raises
    ChangedError, CatalogError, DatabaseUnavailableError.
    """
    try:
        with writer(scope) as connection:
            done = connection.execute(
                _UPDATE, {"product": product, "seen_at": seen_at, **draft._row()}
            )
            found = _find(connection, product)
            if found is not None and done.rowcount != 1:
                raise ChangedError(f"{found.name} was changed by somebody else meanwhile.")
            return found
    except (IntegrityError, ProgrammingError) as error:
        raise _refused(error, draft) from error


def _refused(error: IntegrityError | ProgrammingError, draft: Draft) -> Exception:
    if "products_brand_id_sku_key" in str(error.orig):
        return CatalogError(f"There is a product with the SKU {draft.sku} already.")
    if "row-level security" in str(error.orig):
        return CatalogError("You cannot change products of this brand.")
    return error


_ORDER = text(
    """
    update product_images
    set is_primary = false
    where product_id = :product and is_primary and object_id <> :object
    """
)
_FIRST = text(
    """
    update product_images set is_primary = true where product_id = :product and object_id = :object
    """
)
_HIDE = text(
    """
    delete from stored_objects o
    using product_images x
    where x.product_id = :product and x.object_id = :object and o.id = x.object_id
    """
)
_NEXT_FIRST = text(
    """
    update product_images set is_primary = true
    where product_id = :product
      and not exists (select from product_images where product_id = :product and is_primary)
      and object_id = (
        select object_id from product_images
        where product_id = :product
        order by position, object_id
        limit 1
      )
    """
)


def put_first(scope: Scope, product: UUID, picture: UUID) -> None:
    """Let one of a product's pictures stand for it. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        named = {"product": product, "object": picture}
        connection.execute(_ORDER, named)
        connection.execute(_FIRST, named)


def remove_picture(scope: Scope, product: UUID, picture: UUID) -> None:
    """Delete a picture of a product; what was made with it stays.

    Raises DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        connection.execute(_HIDE, {"product": product, "object": picture})
        connection.execute(_NEXT_FIRST, {"product": product})


_SHOW = text(
    """
    insert into product_images (product_id, object_id, position, is_primary)
    select
      :product, :object,
      coalesce((select max(position) + 1 from product_images where product_id = :product), 0),
      not exists (select from product_images where product_id = :product and is_primary)
    on conflict (product_id, object_id) do nothing
    """
)


def add_picture(scope: Scope, product: Product, picture: Picture) -> UUID:
    """Give a product one more picture, and return the stored picture's id.

    The first one is its primary picture. Raises StorageError, DatabaseUnavailableError.
    """
    file = storage.write(Owner(brand=product.brand), "product", picture)
    with writer(scope) as connection:
        stored = storage.record(connection, file)
        connection.execute(_SHOW, {"product": product.id, "object": stored})
    return stored
