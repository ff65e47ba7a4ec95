"""docs/data-model.md is true: what it names exists, and what exists is named in it."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

import api
from database import connections
from settings import ROOT
from tests.rows import QUEUE, TOOLS

pytestmark = pytest.mark.usefixtures("database")

PAGE = (ROOT / "docs" / "data-model.md").read_text()
# In code font, but no names of the database: types, settings, commands.
OTHER = {"numeric", "timestamptz", "bytea", "real[]", "security_invoker"}
COMMANDS = re.compile(r"^(make|closetai) [a-z ]+$|^closetai\.(brands|user)$")


def names(query: str) -> set[str]:
    with connections.owner() as connection:
        return set(connection.scalars(text(query)))


def relations(kinds: str) -> set[str]:
    return (
        names(
            "select relname::text from pg_class where relnamespace = 'public'::regnamespace"
            f" and relkind = any('{{{kinds}}}') and not relispartition"
        )
        - TOOLS
        - QUEUE
    )


def columns() -> set[str]:
    return names(
        "select relname || '.' || attname"
        " from pg_class join pg_attribute on attrelid = pg_class.oid"
        " where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped"
    )


def section(*titles: str) -> str:
    parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    return "".join(part for part in parts if part.startswith(titles))


def documented(part: str) -> list[str]:
    """The names in the first cell of each row of a table."""
    return re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)


TABLE_SECTIONS = (
    "Accounts",
    "Wardrobe",
    "Try-on",
    "Billing",
    "Credits",
    "Shoppers' deeds",
    "Dataset",
    "Rollups",
)


def test_every_table_is_documented_once_and_none_that_does_not_exist() -> None:
    assert sorted(documented(section(*TABLE_SECTIONS))) == sorted(relations("r,p"))


def test_every_view_is_documented_once_and_none_that_does_not_exist() -> None:
    assert sorted(documented(section("Views"))) == sorted(relations("v,m"))


def test_each_row_says_grain_content_seed_and_change() -> None:
    for line in section(*TABLE_SECTIONS).splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 5, line
            assert all(cells), line


def routes() -> set[str]:
    """The API's routes, as "GET /api/credits"."""
    paths = api.build().openapi()["paths"]
    return {f"{method.upper()} /api{path}" for path, ways in paths.items() for method in ways}


def test_what_stands_in_code_font_exists() -> None:
    known = (
        relations("r,p,v,m")
        | columns()
        | names("select proname::text from pg_proc where pronamespace = 'public'::regnamespace")
        | names("select typname::text from pg_type where typnamespace = 'public'::regnamespace")
        | names("select enumlabel::text from pg_enum")
        | names("select rolname::text from pg_roles where rolname like 'closetai%'")
        | OTHER
        | routes()
    )
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    unknown = [
        name
        for name in re.findall(r"`([^`]+)`", prose)
        if name not in known and not COMMANDS.match(name) and not (ROOT / Path(name)).is_file()
    ]
    assert unknown == []


def test_the_diagram_shows_every_table_with_a_relation_and_no_false_one() -> None:
    diagram = re.search(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    assert diagram
    drawn = set(re.findall(r"^  (\w+) \|\|--o[{|] (\w+) :", diagram[1], re.MULTILINE))
    keys = names(
        "select confrelid::regclass || ' ' || conrelid::regclass from pg_constraint"
        " where contype = 'f' and conparentid = 0"
    )
    assert {f"{one} {many}" for one, many in drawn} <= keys
    related = {name for pair in drawn for name in pair}
    apart = set(re.findall(r"`(\w+)`", section("Overview").split("Without relations:")[1]))
    assert related | apart == relations("r,p")
    assert not related & apart
