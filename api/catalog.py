"""The products of a shop: read by whoever is in it, written with the brand's key."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Query, UploadFile
from pydantic import Field, JsonValue

from accounts.tokens import Caller
from api.callers import Known, brand_with
from api.pictures import SHOP, address_of
from api.problems import ProblemError, also, not_there, wrong
from api.shapes import Asked, Cursor, Limit, Page, Shape, after, following
from database.tenancy import Scope
from tryon import catalog, pictures
from tryon.catalog import Draft
from tryon.catalog import Product as Found
from tryon.engines import Category
from tryon.pictures import PictureError

router = APIRouter(prefix="/products", tags=["products"])

Writer = Annotated[Caller, Depends(brand_with("catalog"))]


class Product(Shape):
    """A product of the shop; the first picture is the primary one."""

    id: UUID
    sku: str | None
    name: str
    description: str | None
    category: Category | None
    custom_fields: dict[str, JsonValue]
    tags: list[str]
    is_active: bool
    image_urls: list[str]
    created_at: datetime
    updated_at: datetime


Name = Annotated[str, Field(min_length=1, max_length=catalog.LONGEST_NAME)]
Sku = Annotated[str, Field(min_length=1, max_length=catalog.LONGEST_SKU)]
Description = Annotated[str, Field(max_length=5000)]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=catalog.MOST_TAGS)
]


class NewProduct(Asked):
    """A product to be made."""

    name: Name
    sku: Sku | None = None
    description: Description | None = None
    category: Category | None = None
    custom_fields: dict[str, JsonValue] = Field({})
    tags: Tags = Field([])
    is_active: bool = True


class Changes(Asked):
    """What is to be another; what is not named stays."""

    name: Name | None = None
    sku: Sku | None = None
    description: Description | None = None
    category: Category | None = None
    custom_fields: dict[str, JsonValue] | None = None
    tags: Tags | None = None
    is_active: bool | None = None


def _shown(caller: Caller, product: Found) -> Product:
    return Product(
        id=product.id,
        sku=product.sku,
        name=product.name,
        description=product.description,
        category=product.category,
        custom_fields=dict(product.fields),
        tags=list(product.tags),
        is_active=product.is_active,
        image_urls=[address_of(caller, one, SHOP) or "" for one in product.pictures],
        created_at=product.created_at,
        updated_at=product.updated_at,
    )


def _shop(caller: Known) -> tuple[Caller, UUID, bool]:
    """The brand whose products are read, and whether only what is on offer is shown."""
    if caller.brand is None:
        raise ProblemError(403, "This token belongs to no shop.")
    return caller, caller.brand, not (caller.kind == "secret" and "catalog" in caller.scopes)


Shop = Annotated[tuple[Caller, UUID, bool], Depends(_shop)]


@router.get("")
def list_products(
    shop: Shop,
    category: Category | None = None,
    tag: Annotated[str, Query(max_length=50)] = "",
    words: Annotated[str, Query(alias="q", max_length=100)] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[Product]:
    """The shop's products, the newest first; `q` is a part of the name, or a SKU."""
    caller, brand, only_active = shop
    found = catalog.listed(
        Scope.of_brands([brand]),
        brand,
        limit + 1,
        only_active=only_active,
        category=category,
        tag=tag,
        words=words,
        after=after(cursor),
    )
    shown = [_shown(caller, product) for product in found[:limit]]
    return Page(items=shown, next_cursor=following(found, limit))


@router.get("/{product_id}")
def get_product(product_id: UUID, shop: Shop) -> Product:
    """One product."""
    caller, brand, only_active = shop
    found = catalog.find(Scope.of_brands([brand]), product_id)
    if found is None or (only_active and not found.is_active):
        raise not_there("product")
    return _shown(caller, found)


@router.post("", status_code=201, responses=also(409))
def add_product(asked: NewProduct, caller: Writer) -> Product:
    """Make a product."""
    assert caller.brand is not None
    draft = Draft(
        name=asked.name,
        description=asked.description,
        sku=asked.sku,
        category=asked.category,
        fields=asked.custom_fields,
        tags=asked.tags,
        is_active=asked.is_active,
    )
    return _shown(caller, catalog.add(caller.scope, caller.brand, draft))


@router.patch("/{product_id}", responses=also(409))
def change_product(product_id: UUID, asked: Changes, caller: Writer) -> Product:
    """Change a product; `isActive: false` takes it off the shop."""
    found = catalog.find(caller.scope, product_id)
    if found is None:
        raise not_there("product")
    said = asked.model_fields_set
    if "name" in said and asked.name is None:
        raise wrong("body.name", "a product has a name")
    draft = Draft(
        name=asked.name or found.name,
        description=asked.description if "description" in said else found.description,
        sku=asked.sku if "sku" in said else found.sku,
        category=asked.category if "category" in said else found.category,
        fields=(asked.custom_fields or {}) if "custom_fields" in said else found.fields,
        tags=(asked.tags or []) if "tags" in said else found.tags,
        is_active=found.is_active if asked.is_active is None else asked.is_active,
    )
    changed = catalog.change(caller.scope, product_id, draft, seen_at=found.updated_at)
    if changed is None:
        raise not_there("product")
    return _shown(caller, changed)


@router.post("/{product_id}/images", status_code=201)
def add_image(
    product_id: UUID,
    caller: Writer,
    file: Annotated[UploadFile, File(description="JPEG, PNG, WebP or HEIC.")],
) -> Product:
    """Give a product one more picture."""
    found = catalog.find(caller.scope, product_id)
    if found is None:
        raise not_there("product")
    try:
        picture = pictures.read(file.file.read())
    except PictureError as error:
        raise wrong("body.file", str(error)) from error
    catalog.add_picture(caller.scope, found, picture)
    return get_product(product_id, (caller, found.brand, False))
