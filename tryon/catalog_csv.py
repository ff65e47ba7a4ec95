"""Catalogs as CSV files: read as they come, imported as a whole, written out.

The columns of a file are guessed by their titles. A row that cannot be used is told with its line
and the reason, and keeps none of the others from coming in.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from csv_files import Bad, Sheet
from database.connections import writer
from database.tenancy import Scope
from tryon.catalog import CatalogError, Draft
from tryon.engines import Category

# So many rows go to the database at a time.
_PORTION = 5000
# What a column may be, beside a custom field or nothing.
PARTS: Final = ("name", "sku", "category", "description", "tags", "active")
_TITLES: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "title", "product", "product name"),
    "sku": ("sku", "article", "article number", "item number", "id", "product id", "variant sku"),
    "category": ("category", "type", "product type", "garment"),
    "description": ("description", "text", "details", "body"),
    "tags": ("tags", "tag", "labels", "keywords"),
    "active": ("active", "is active", "status", "published", "on offer"),
}
_YES = {"", "1", "yes", "y", "true", "active", "published", "on"}
_NO = {"0", "no", "n", "false", "inactive", "draft", "archived", "off"}

# What a column becomes: one of PARTS, "field" (a custom field of its title), or "" for nothing.
Mapped = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What the rows of a file say, under a mapping of its columns."""

    drafts: tuple[Draft, ...]
    bad: tuple[Bad, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import."""

    made: int
    changed: int


def guessed(titles: Sequence[str]) -> dict[str, str]:
    """What each column is by its title: what is not known becomes a custom field."""
    mapped: dict[str, str] = {}
    for title in titles:
        plain = " ".join(title.lower().replace("_", " ").replace("-", " ").split())
        part = next(
            (
                name
                for name, known in _TITLES.items()
                if plain in known and name not in mapped.values()
            ),
            "field" if title else "",
        )
        mapped[title] = part
    return mapped


def read(found: Sheet, mapped: Mapped) -> Read:
    """Make products of a file's rows. Raises CatalogError when no column is the name."""
    if "name" not in mapped.values():
        raise CatalogError("One column has to be the product's name.")
    places = {title: place for place, title in enumerate(found.titles)}
    drafts: list[Draft] = []
    bad: list[Bad] = []
    lines: dict[str, int] = {}
    for line, cells in found.rows:
        by_part: dict[str, str] = {}
        fields: dict[str, object] = {}
        for title, part in mapped.items():
            place = places.get(title)
            cell = cells[place] if place is not None and place < len(cells) else ""
            if part == "field" and cell:
                fields[title] = cell
            elif part:
                by_part[part] = cell
        sku = by_part.get("sku") or None
        what = sku or by_part.get("name", "")
        try:
            if len(cells) > len(found.titles):
                raise CatalogError("It has more cells than there are titles.")
            if sku is not None and sku in lines:
                raise CatalogError(f"Line {lines[sku]} has the same SKU.")
            draft = Draft(
                name=by_part.get("name", ""),
                description=by_part.get("description") or None,
                sku=sku,
                category=_category(by_part.get("category", "")),
                fields=fields,
                tags=[tag.strip() for tag in by_part.get("tags", "").split(",") if tag.strip()],
                is_active=_is_active(by_part.get("active", "")),
            )
        except CatalogError as error:
            bad.append(Bad(line, what[:80], str(error)))
            continue
        if sku is not None:
            lines[sku] = line
        drafts.append(draft)
    return Read(tuple(drafts), tuple(bad))


def _category(said: str) -> Category | None:
    if not said:
        return None
    plain = said.lower()
    if plain in set(Category):
        return Category(plain)
    raise CatalogError(f"{said[:40]!r} is no category.")


def _is_active(said: str) -> bool:
    plain = said.lower()
    if plain in _YES | _NO:
        return plain in _YES
    raise CatalogError(f"{said[:40]!r} says neither yes nor no.")


# In one statement a portion, and all portions in one transaction. A product without a SKU is always
# a new one: nothing tells it from others.
_UPSERT = text(
    """
    with given as (
      select * from jsonb_to_recordset(cast(:rows as jsonb)) as r (
        name text, description text, sku text, category text, fields jsonb, tags text[],
        is_active boolean
      )
    ),
    written as (
      insert into products (
        brand_id, name, description, sku, category, custom_fields, tags, is_active
      )
      select
        :brand, g.name, g.description, g.sku, cast(g.category as garment_category),
        coalesce(g.fields, '{}'), coalesce(g.tags, '{}'), g.is_active
      from given g
      on conflict (brand_id, sku) do update
      set name = excluded.name,
        description = coalesce(excluded.description, products.description),
        category = coalesce(excluded.category, products.category),
        custom_fields = products.custom_fields || excluded.custom_fields,
        tags = case when excluded.tags = '{}' then products.tags else excluded.tags end,
        is_active = excluded.is_active
      returning xmax = 0 as is_new
    )
    select count(*) filter (where is_new) as made, count(*) filter (where not is_new) as changed
    from written
    """
)


def bring_in(
    scope: Scope,
    brand: UUID,
    drafts: Sequence[Draft],
    progress: Callable[[int], None] = lambda _count: None,
) -> Imported:
    """Write products of a brand: those with a SKU that is known are changed, the others made.

    What a file does not say of a known product stays. All or nothing; `progress` is told how many
    are written so far. Raises CatalogError, DatabaseUnavailableError.
    """
    made = changed = 0
    try:
        with writer(scope) as connection:
            for start in range(0, len(drafts), _PORTION):
                portion = drafts[start : start + _PORTION]
                rows = json.dumps([_row(draft) for draft in portion])
                came = connection.execute(_UPSERT, {"brand": brand, "rows": rows}).one()
                made, changed = made + came.made, changed + came.changed
                progress(start + len(portion))
    except ProgrammingError as error:
        if "row-level security" in str(error.orig):
            raise CatalogError("You cannot change products of this brand.") from error
        raise
    return Imported(made, changed)


def _row(draft: Draft) -> dict[str, object]:
    return {
        "name": draft.name,
        "description": draft.description,
        "sku": draft.sku,
        "category": draft.category,
        "fields": dict(draft.fields or {}),
        "tags": list(dict.fromkeys(draft.tags)),
        "is_active": draft.is_active,
    }


def report(bad: Iterable[Bad]) -> Iterator[list[object]]:
    """The rows that cannot be used, as rows of a file under LINES."""
    for one in bad:
        yield [one.line, one.what, one.reason]


LINES: Final = ["Line", "SKU or name", "Why it was left out"]
