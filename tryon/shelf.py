"""What somebody can do with the products of one brand, with ids and words as a page has them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import csv_files
from csv_files import Bad, CsvError, Sheet
from database.connections import DatabaseUnavailableError
from database.tenancy import Scope
from tryon import catalog, catalog_csv, pictures
from tryon.catalog import CatalogError, ChangedError, Draft
from tryon.catalog_csv import Imported
from tryon.engines import Category
from tryon.pictures import PictureError
from tryon.storage import StorageError


@dataclass(frozen=True)
class Shelf:
    """The products of `brand`. `scope` is asked at every act, so that a session that is over ends.

    Each act may raise one of the `known` errors, whose message is a sentence for whoever is there.
    """

    scope: Callable[[], Scope]
    brand: UUID

    known: ClassVar[tuple[type[Exception], ...]] = (
        CatalogError,
        CsvError,
        PictureError,
        StorageError,
        DatabaseUnavailableError,
    )

    most_mb: ClassVar[int] = pictures.LARGEST_FILE // 1_000_000

    def add(self, said: Mapping[str, object]) -> str:
        """Make a product of what was filled in, and return its id."""
        return str(catalog.add(self.scope(), self.brand, _draft(said)).id)

    def change(self, product: str, said: Mapping[str, object], seen_at: datetime) -> None:
        """Make a product what was filled in, unless somebody else has changed it since."""
        done = catalog.change(self.scope(), UUID(product), _draft(said), seen_at=seen_at)
        if done is None:
            raise CatalogError("This product is not there any more.")

    def change_several(
        self, changes: Sequence[tuple[str, Mapping[str, object], datetime]]
    ) -> tuple[int, list[str]]:
        """Change each by itself; return how many, and a sentence for each that was not."""
        done, refused = 0, []
        for product, said, seen_at in changes:
            try:
                self.change(product, said, seen_at)
                done += 1
            except ChangedError as error:
                refused.append(f"{error} Your change was left out: look at it and try again.")
            except CatalogError as error:
                refused.append(f"{said.get('name')}: {error}")
        return done, refused

    def add_picture(self, product: str, content: bytes) -> None:
        """Give a product one more picture."""
        found = catalog.find(self.scope(), UUID(product))
        if found is None:
            raise CatalogError("This product is not there any more.")
        catalog.add_picture(self.scope(), found, pictures.read(content))

    def put_first(self, product: str, picture: str) -> None:
        """Let a picture stand for the product."""
        catalog.put_first(self.scope(), UUID(product), UUID(picture))

    def remove_picture(self, product: str, picture: str) -> None:
        """Delete a picture of the product."""
        catalog.remove_picture(self.scope(), UUID(product), UUID(picture))

    def sheet(self, content: bytes) -> Sheet:
        """Read a CSV file."""
        return csv_files.read(content)

    def guessed(self, titles: Sequence[str]) -> dict[str, str]:
        """What each column of a file is, by its title."""
        return catalog_csv.guessed(titles)

    def read(self, sheet: Sheet, mapped: Mapping[str, str]) -> tuple[Sequence[Draft], list[Bad]]:
        """Make products of a file's rows, and tell which rows cannot be used."""
        read = catalog_csv.read(sheet, mapped)
        return read.drafts, list(read.bad)

    def bring_in(self, drafts: Sequence[Draft], progress: Callable[[int], None]) -> Imported:
        """Write the products of a file."""
        return catalog_csv.bring_in(self.scope(), self.brand, drafts, progress)


def _draft(said: Mapping[str, object]) -> Draft:
    fields = said.get("fields")
    category = str(said.get("category") or "")
    return Draft(
        name=" ".join(str(said.get("name") or "").split()),
        description=str(said.get("description") or "").strip() or None,
        sku=str(said.get("sku") or "").strip() or None,
        category=Category(category) if category in set(Category) else None,
        fields=dict(fields) if isinstance(fields, Mapping) else {},
        tags=[tag.strip() for tag in str(said.get("tags") or "").split(",") if tag.strip()],
        is_active=bool(said.get("is_active", True)),
    )
