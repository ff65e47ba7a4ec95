"""A shopper's wardrobe and its collections."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from accounts.tokens import Caller
from api.callers import ForShopper, Known, Shopper, shopper_of
from api.pictures import address_of, view_of
from api.problems import not_there
from api.shapes import Asked, Cursor, Limit, Page, Shape, after, following
from tryon import guess, storage, wardrobe
from tryon.engines import Category
from tryon.wardrobe import Collection, Item

router = APIRouter(tags=["wardrobe"])

# The seed of this API knew groups only.
Group = Literal["shoes", "accessories"]
GROUPS: dict[Group, tuple[Category, ...]] = {
    "shoes": (Category.SNEAKERS, Category.HEELS, Category.BOOTS),
    "accessories": (Category.BAGS, Category.SCARVES, Category.HATS, Category.BELTS),
}


class WardrobeItem(Shape):
    """A garment, or a look that was saved from a result.

    ``categoryGuessed``: the request named a group, and this is what the picture looks like.
    """

    id: UUID
    kind: Literal["item", "look"]
    category: Category | None
    category_guessed: bool = False
    name: str
    brand: str | None = Field(description="The label in it.")
    tags: list[str]
    colors: list[str] = Field(description="Read from the picture, until somebody corrects it.")
    looks: list[str] = Field(description="Words for its look, read from the picture.")
    image_key: UUID | None
    image_url: str | None
    job_id: UUID | None = Field(description="The try-on that a look comes from.")
    created_at: datetime


class SimilarItems(Shape):
    """Items of a wardrobe, the most alike first."""

    items: list[WardrobeItem]


class NewItem(Asked):
    """A garment whose picture was uploaded before."""

    user_id: UUID | None = Field(None, description="For a brand's key: whose wardrobe.")
    category: Category | Group
    name: str = Field(min_length=1, max_length=wardrobe.LONGEST_NAME)
    image_key: UUID = Field(description="The key that the upload was given.")
    brand: str | None = Field(None, max_length=100, description="The label in it.")
    tags: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field([], max_length=20)


Color = Literal[
    "black", "white", "gray", "beige", "brown", "red", "burgundy", "pink", "orange", "yellow",
    "green", "olive", "teal", "light blue", "blue", "navy", "purple",
]  # fmt: skip


class ItemChanges(Asked):
    """What is to be another; what is not named stays."""

    name: Annotated[str, Field(min_length=1, max_length=wardrobe.LONGEST_NAME)] | None = None
    category: Category | None = None
    brand: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="The label in it."
    )
    tags: (
        Annotated[list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=20)]
        | None
    ) = None
    colors: Annotated[list[Color], Field(max_length=5)] | None = None


class NewCollection(Asked):
    """A collection, empty at first."""

    name: str = Field(min_length=1, max_length=wardrobe.LONGEST_COLLECTION)


class WardrobeCollection(Shape):
    """A collection of wardrobe items."""

    id: UUID
    name: str
    item_count: int
    cover_url: str | None
    created_at: datetime


def _item(caller: Caller, shopper: Shopper, item: Item, *, guessed: bool = False) -> WardrobeItem:
    view = view_of(caller, shopper.user)
    return WardrobeItem(
        id=item.id,
        kind="look" if item.kind == "look" else "item",
        category=item.category,
        category_guessed=guessed,
        name=item.name,
        brand=item.label,
        tags=list(item.tags),
        colors=list(item.colors),
        looks=list(item.looks),
        image_key=item.picture,
        image_url=address_of(caller, item.picture, view),
        job_id=item.job,
        created_at=item.created_at,
    )


def _collection(caller: Caller, shopper: Shopper, one: Collection) -> WardrobeCollection:
    view = view_of(caller, shopper.user)
    return WardrobeCollection(
        id=one.id,
        name=one.name,
        item_count=one.item_count,
        cover_url=address_of(caller, one.cover, view),
        created_at=one.created_at,
    )


@router.get("/wardrobe")
def list_items(
    caller: Known,
    shopper: ForShopper,
    category: Category | None = None,
    kind: Literal["item", "look"] | None = None,
    color: Color | None = None,
    words: Annotated[
        str,
        Query(max_length=100, description="Looked for in name, label, category, tags and colours."),
    ] = "",
    collection: Annotated[UUID | None, Query(alias="collectionId")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[WardrobeItem]:
    """The shopper's wardrobe, the newest first."""
    found = wardrobe.items(
        shopper.scope,
        limit + 1,
        category=category,
        kind=kind,
        color=color or "",
        words=words,
        collection=collection,
        after=after(cursor),
    )
    shown = [_item(caller, shopper, item) for item in found[:limit]]
    return Page(items=shown, next_cursor=following(found, limit))


@router.post("/wardrobe", status_code=201)
def add_item(caller: Known, asked: NewItem) -> WardrobeItem:
    """Put a garment into the wardrobe.

    `shoes` and `accessories` are groups: of their categories the one is kept that the picture looks
    like, and `categoryGuessed` says so.
    """
    shopper = shopper_of(caller, asked.user_id)
    category, guessed = _category(shopper, asked)
    made = wardrobe.hang(
        shopper.scope,
        asked.image_key,
        category,
        asked.name,
        brand=shopper.brand,
        label=asked.brand,
        tags=asked.tags,
    )
    return _item(caller, shopper, made, guessed=guessed)


def _category(shopper: Shopper, asked: NewItem) -> tuple[Category, bool]:
    if isinstance(asked.category, Category):
        return asked.category, False
    possible = GROUPS[asked.category]
    try:
        picture = storage.loaded(shopper.scope, asked.image_key)
    except storage.MissingPictureError:
        raise not_there("picture") from None
    likely = guess.category(asked.name, picture)
    return (likely if likely in possible else possible[0]), True


@router.get("/wardrobe/{item_id}")
def get_item(item_id: UUID, caller: Known, shopper: ForShopper) -> WardrobeItem:
    """One item."""
    return _item(caller, shopper, wardrobe.item(shopper.scope, item_id))


@router.patch("/wardrobe/{item_id}")
def change_item(
    item_id: UUID, asked: ItemChanges, caller: Known, shopper: ForShopper
) -> WardrobeItem:
    """Correct what is known of an item: its name, category, label, tags and colours."""
    found = wardrobe.item(shopper.scope, item_id)
    said = asked.model_fields_set
    changed = wardrobe.change(
        shopper.scope,
        item_id,
        name=asked.name or found.name,
        label=asked.brand if "brand" in said else found.label,
        category=asked.category or found.category,
        tags=found.tags if asked.tags is None else asked.tags,
        colors=found.colors if asked.colors is None else asked.colors,
    )
    return _item(caller, shopper, changed)


@router.get("/wardrobe/{item_id}/similar")
def list_similar(
    item_id: UUID, caller: Known, shopper: ForShopper, limit: Limit = 12
) -> SimilarItems:
    """Items of the same wardrobe that look most like this one, the most alike first."""
    found = wardrobe.similar(shopper.scope, item_id, limit)
    return SimilarItems(items=[_item(caller, shopper, one) for one in found])


@router.delete("/wardrobe/{item_id}", status_code=204)
def remove_item(item_id: UUID, shopper: ForShopper) -> None:
    """Take an item out of the wardrobe; an uploaded picture goes with it."""
    wardrobe.remove(shopper.scope, item_id)


@router.get("/collections")
def list_collections(
    caller: Known, shopper: ForShopper, limit: Limit = 20, cursor: Cursor = None
) -> Page[WardrobeCollection]:
    """The shopper's collections, the newest first."""
    found = wardrobe.collections(shopper.scope, limit + 1, after=after(cursor))
    shown = [_collection(caller, shopper, one) for one in found[:limit]]
    return Page(items=shown, next_cursor=following(found, limit))


@router.post("/collections", status_code=201)
def add_collection(asked: NewCollection, caller: Known, shopper: ForShopper) -> WardrobeCollection:
    """Make a collection."""
    return _collection(caller, shopper, wardrobe.add_collection(shopper.scope, asked.name))


@router.delete("/collections/{collection_id}", status_code=204)
def remove_collection(collection_id: UUID, shopper: ForShopper) -> None:
    """Delete a collection. What was in it stays in the wardrobe."""
    wardrobe.remove_collection(shopper.scope, collection_id)


@router.post("/collections/{collection_id}/items/{item_id}", status_code=204)
def collect(collection_id: UUID, item_id: UUID, shopper: ForShopper) -> None:
    """Put an item into a collection."""
    wardrobe.collect(shopper.scope, collection_id, item_id)


@router.delete("/collections/{collection_id}/items/{item_id}", status_code=204)
def take_out(collection_id: UUID, item_id: UUID, shopper: ForShopper) -> None:
    """Take an item out of a collection."""
    wardrobe.take_out(shopper.scope, collection_id, item_id)
