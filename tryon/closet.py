"""What somebody can do with their own wardrobe, with ids and words as a page has them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from database.connections import DatabaseUnavailableError
from database.tenancy import Scope
from tryon import describe, pictures, uploads, wardrobe
from tryon.engines import Category
from tryon.storage import StorageError
from tryon.uploads import UploadError
from tryon.wardrobe import Collection as Group
from tryon.wardrobe import Item, WardrobeError

# What a demo visitor borrows: a few of each category.
_BORROWED = 16
_MOST_COLLECTIONS = 100


@dataclass(frozen=True)
class Closet:
    """The wardrobe of whoever `scope` is; it is asked at every act, so that an ended session ends.

    Each act may raise one of the `known` errors, whose message is a sentence for whoever is there.
    """

    scope: Callable[[], Scope]

    known: ClassVar[tuple[type[Exception], ...]] = (
        WardrobeError,
        UploadError,
        StorageError,
        DatabaseUnavailableError,
    )
    most_mb: ClassVar[int] = pictures.LARGEST_FILE // 1_000_000
    colors: ClassVar[tuple[str, ...]] = tuple(describe.COLOURS)

    @property
    def refusal(self) -> str | None:
        """Why nothing can be uploaded; None where it can."""
        return uploads.refusal(self.scope())

    @property
    def who(self) -> str:
        """Whose wardrobe it is: the user's id."""
        return self.scope().user

    @property
    def may_borrow(self) -> bool:
        """Whether the demo's shops lend garments: to visitors of the demo."""
        return self.scope().brands.startswith("demo")

    def items(
        self, count: int, *, category: str, kind: str, color: str, words: str, collection: str
    ) -> list[Item]:
        """The newest items that fit; an empty word asks for nothing."""
        return wardrobe.items(
            self.scope(),
            count,
            category=Category(category) if category else None,
            kind="look" if kind == "look" else "item" if kind == "item" else None,
            color=color,
            words=words,
            collection=UUID(collection) if collection else None,
        )

    def item(self, item: str) -> Item:
        """One item."""
        return wardrobe.item(self.scope(), UUID(item))

    def similar(self, item: str, count: int) -> list[Item]:
        """What looks most like an item, the most alike first."""
        return wardrobe.similar(self.scope(), UUID(item), count)

    def collections(self) -> list[Group]:
        """The collections, the newest first."""
        return wardrobe.collections(self.scope(), _MOST_COLLECTIONS)

    def collections_of(self, item: str) -> set[str]:
        """In which collections an item is."""
        return {str(one) for one in wardrobe.collections_of(self.scope(), UUID(item))}

    def add(self, name: str, content: bytes) -> Item:
        """Hang the garment of a picture."""
        return uploads.hang(self.scope(), name, content, datetime.now(UTC))

    def borrow(self) -> int:
        """Hang some garments of the demo's shops, and return how many."""
        return wardrobe.borrow(self.scope(), _BORROWED)

    def change(
        self,
        item: str,
        *,
        name: str,
        label: str,
        category: str,
        tags: Sequence[str],
        colors: Sequence[str],
    ) -> None:
        """Correct what is known of an item."""
        wardrobe.change(
            self.scope(),
            UUID(item),
            name=name,
            label=" ".join(label.split())[:100] or None,
            category=Category(category) if category else None,
            tags=[tag[:50] for tag in tags],
            colors=colors,
        )

    def put(self, item: str, collections: Collection[str]) -> None:
        """Let an item be in these collections and in no other."""
        now = self.collections_of(item)
        for one in set(collections) - now:
            wardrobe.collect(self.scope(), UUID(one), UUID(item))
        for one in now - set(collections):
            wardrobe.take_out(self.scope(), UUID(one), UUID(item))

    def remove(self, item: str) -> None:
        """Take an item out of the wardrobe; an uploaded picture goes with it."""
        wardrobe.remove(self.scope(), UUID(item))

    def add_collection(self, name: str) -> str:
        """Make a collection, and return its id."""
        return str(wardrobe.add_collection(self.scope(), name).id)

    def remove_collection(self, collection: str) -> None:
        """Delete a collection; what was in it stays."""
        wardrobe.remove_collection(self.scope(), UUID(collection))
