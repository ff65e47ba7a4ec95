"""Products: found, changed, brought in from files; by whom, and what is said."""

import codecs
import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import streamlit as st
from hypothesis import given, strategies
from hypothesis import settings as examples
from sqlalchemy import text

import csv_files
import queries
from csv_files import Bad, CsvError
from database import connections
from database.tenancy import Scope
from tests import facts
from tests.engines import picture as encoded
from tests.rows import finish, insert, job
from tests.test_pages import at as opened
from tests.test_pages import brand_at, signed_in
from tryon import catalog, catalog_csv
from tryon.catalog import CatalogError, ChangedError, Draft
from tryon.engines import Category
from tryon.shelf import Shelf

PAGE = "pages/catalog/products.py"
ALL: dict[str, queries.Parameter] = {
    "words": "",
    "category": "all",
    "tag": "all",
    "field": "all",
    "field_value": "",
    "is_active": "all",
    "before_at": datetime(2100, 1, 1, tzinfo=UTC),
    "before_id": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "row_count": 50,
}


@pytest.fixture
def brands(database: object) -> tuple[UUID, UUID]:  # noqa: ARG001
    st.cache_resource.clear()
    with connections.owner() as connection:
        return UUID(facts.brand(connection, "Alder")), UUID(facts.brand(connection, "Birch"))


def of(brand: UUID) -> Scope:
    return Scope.of_brands([brand])


def names(scope: Scope, **wanted: queries.Parameter) -> list[str]:
    st.cache_resource.clear()
    return list(queries.read("catalog/products", scope, **{**ALL, **wanted}).frame["name"])


def test_products_are_found_by_what_is_typed_of_them(brands: tuple[UUID, UUID]) -> None:
    alder, birch = brands
    coat = Draft("Camel Coat", sku="C-01", category=Category.JACKETS, tags=["wool", "winter"])
    catalog.add(of(alder), alder, coat)
    catalog.add(of(alder), alder, Draft("Tee", fields={"fit": "Slim", "sizes": [36, 38]}))
    catalog.add(of(alder), alder, Draft("Old tee", is_active=False))
    catalog.add(of(birch), birch, Draft("Camel coat of another"))
    mine = of(alder)
    assert names(mine) == ["Old tee", "Tee", "Camel Coat"]
    for typed in ("cam", "CAMEL coat", "c-01", "C 01", "wint", "coat wool"):
        assert names(mine, words=typed) == ["Camel Coat"], typed
    assert names(mine, words="slim") == names(mine, words="38") == ["Tee"]
    assert names(mine, words="camel tee") == []
    assert names(mine, words="'; drop table products; --") == []
    assert names(mine, words="!?") == []
    assert names(mine, category="jackets") == ["Camel Coat"]
    assert names(mine, category="none") == ["Old tee", "Tee"]
    assert names(mine, tag="wool") == ["Camel Coat"]
    assert names(mine, field="fit") == names(mine, field="fit", field_value="Slim") == ["Tee"]
    assert names(mine, field="fit", field_value="Wide") == []
    assert names(mine, is_active="no") == ["Old tee"]
    # Search runs with the owner's rights and holds to the scope by itself.
    assert names(Scope(), words="camel") == []
    assert names(of(birch), words="camel") == ["Camel coat of another"]
    assert len(names(Scope.system(), words="camel")) == 2
    page = queries.read("catalog/products", mine, **{**ALL, "row_count": 2}).frame
    last = page.iloc[1]
    rest = {"before_at": last["created_at"].to_pydatetime(), "before_id": last["product_id"]}
    assert names(mine, **rest) == ["Camel Coat"]


def test_the_words_of_a_brand_are_looked_up(brands: tuple[UUID, UUID]) -> None:
    """The index of words is used although row-level security is on."""
    alder, _ = brands
    with connections.owner() as connection:
        connection.execute(
            text(
                "insert into products (brand_id, name, created_at)"
                " select :brand, 'Thing ' || n, now() - interval '1 hour' * n"
                " from generate_series(1, 5000) n"
            ),
            {"brand": alder},
        )
        connection.execute(text("analyze products"))
        connection.execute(text("set local enable_seqscan = on"))
        plan = "\n".join(
            connection.scalars(
                text(
                    "explain select p.id from products p"
                    " where p.words @@ words_wanted('thing 4711')"
                )
            )
        )
    assert "products_words_idx" in plan
    assert names(of(alder), words="thing 4711") == ["Thing 4711"]


@pytest.mark.parametrize("scope", ["one brand", "several", "all"])
def test_the_newest_come_first_however_many_there_are(
    brands: tuple[UUID, UUID], scope: str
) -> None:
    alder, birch = brands
    with connections.owner() as connection:
        connection.execute(
            text(
                "insert into products (brand_id, name, tags, category, created_at)"
                " select :brand, 'Thing ' || n, array[(array['even', 'it''s \\ odd'])[1 + n % 2]],"
                " case n % 7 when 0 then cast('hats' as garment_category) end,"
                " now() - interval '1 hour' * n from generate_series(1, 3000) n"
            ),
            {"brand": alder},
        )
    whose = {
        "one brand": of(alder),
        "several": Scope.of_brands([alder, birch]),
        "all": Scope.system(),
    }[scope]

    def found(count: int, **wanted: queries.Parameter) -> list[str]:
        return names(whose, **{**wanted, "row_count": count})

    def things(*numbers: int) -> list[str]:
        return [f"Thing {number}" for number in numbers]

    # Among the newest there are enough; some; none; and beyond a page that was seen.
    assert found(3, words="thing") == things(1, 2, 3)
    assert found(3, words="thing", tag="even") == things(2, 4, 6)
    assert found(15, words="thing 27") == things(27, *range(270, 280), *range(2700, 2704))
    assert found(3, words="thing 2711") == things(2711)
    assert found(3, words="thing 2711", tag="even") == []
    assert found(3, words="thing 2711", tag="it's \\ odd") == things(2711)
    assert found(2, words="thing 27", category="hats") == things(273, 2702)
    assert found(2, words="thing 27", category="none") == things(27, 270)
    assert found(1, words="thing 27", category="hats", tag="it's \\ odd") == things(273)
    assert found(3, words="hats") == found(3, words="=hats") == []
    assert found(3, words="!?") == []
    last = queries.read("catalog/products", whose, **{**ALL, "row_count": 1200}).frame.iloc[-1]
    beyond = {"before_at": last["created_at"].to_pydatetime(), "before_id": last["product_id"]}
    assert found(3, words="thing", **beyond) == things(1201, 1202, 1203)


def test_terms_are_the_tags_and_fields_that_there_are(brands: tuple[UUID, UUID]) -> None:
    alder, birch = brands
    for number in range(2):
        catalog.add(of(alder), alder, Draft(f"A{number}", tags=["wool"], fields={"fit": number}))
    catalog.add(of(alder), alder, Draft("B", tags=["silk"]))
    catalog.add(of(birch), birch, Draft("C", tags=["linen"]))
    frame = queries.read("catalog/product_terms", of(alder), row_count=100).frame
    assert frame.to_numpy().tolist() == [
        ["tag", "wool", 2],
        ["tag", "silk", 1],
        ["field", "fit", 2],
    ]


def test_a_products_figures_are_its_jobs_and_nobody_elses(brands: tuple[UUID, UUID]) -> None:
    alder, birch = brands
    product = catalog.add(of(alder), alder, Draft("Coat", category=Category.JACKETS))
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with connections.owner() as connection:
        connection.execute(text("select purchase_credits(null, :b, null, 9)"), {"b": alder})
        studio = {"brand_id": alder, "origin": "studio", "credits": 2}
        about = job(connection, **studio, product_id=product.id)
        worn = job(connection, **studio)
        insert(connection, "tryon_garments", job_id=worn, position=0, product_id=product.id)
        # It both shows the product and is about it: once.
        insert(connection, "tryon_garments", job_id=about, position=0, product_id=product.id)
        failed = job(connection, **studio, product_id=product.id)
        other = job(connection, brand_id=birch, origin="studio", credits=0)
        for one in (about, worn, other):
            finish(connection, one, "completed")
        finish(connection, failed, "failed")
        connection.execute(text("update job_attempts set engine_cost_usd = 1"))
        picture = insert(
            connection, "stored_objects", brand_id=alder, key="x", content_hash=b"x",
            kind="result", media_type="image/webp", byte_count=1,
        )  # fmt: skip
        insert(
            connection, "job_outputs", job_id=worn, object_id=picture, rating=4, is_favorite=True
        )
    asked: dict[str, queries.Parameter] = {
        "product_id": str(product.id),
        "as_of": (today + timedelta(days=1)).date(),
    }
    row = queries.read("catalog/product_figures", of(alder), **asked).frame.iloc[0]
    assert (row["launched_count"], row["completed_count"], row["failed_count"]) == (3, 2, 1)
    assert (row["week_count"], row["credit_count"]) == (2, 4)
    assert (row["rating"], row["rating_count"], row["favorite_count"]) == (4, 1, 1)
    made = queries.read(
        "catalog/product_pictures", of(alder), product_id=str(product.id), row_count=9
    ).frame
    assert list(made["job_id"]) == [str(worn)]
    for name in ("catalog/product", "catalog/product_pictures", "catalog/product_images"):
        more: dict[str, queries.Parameter] = {"row_count": 9} if name.endswith("pictures") else {}
        assert queries.read(name, of(birch), product_id=str(product.id), **more).frame.empty
    foreign = queries.read("catalog/product_figures", of(birch), **asked).frame
    assert foreign["launched_count"].iloc[0] == 0


def test_whoever_comes_second_is_told_and_overwrites_nothing(brands: tuple[UUID, UUID]) -> None:
    alder, birch = brands
    seen = catalog.add(of(alder), alder, Draft("Coat", sku="C-1"))
    shelf = Shelf(lambda: of(alder), alder)
    first = {"name": "Cape", "sku": "C-1"}
    shelf.change(str(seen.id), first, seen.updated_at)
    with pytest.raises(ChangedError, match="Cape was changed by somebody else"):
        shelf.change(str(seen.id), {"name": "Cloak"}, seen.updated_at)
    done, refused = shelf.change_several([(str(seen.id), {"name": "Cloak"}, seen.updated_at)])
    assert (done, len(refused)) == (0, 1)
    found = catalog.find(of(alder), seen.id)
    assert found is not None
    assert found.name == "Cape"
    catalog.add(of(alder), alder, Draft("Hat", sku="H-1"))
    with pytest.raises(CatalogError, match="SKU H-1"):
        shelf.change(str(seen.id), {"name": "Cape", "sku": "H-1"}, found.updated_at)
    # Another brand's shelf, and the demo's visitors.
    with pytest.raises(CatalogError, match="not there"):
        Shelf(lambda: of(birch), birch).change(str(seen.id), first, found.updated_at)
    with pytest.raises(CatalogError, match="cannot change"):
        Shelf(lambda: of(birch), alder).add({"name": "Theirs"})
    for scope in (Scope("demo"), Scope(f"demo:{alder}")):
        with pytest.raises(CatalogError, match="cannot change"):
            catalog.add(scope, alder, Draft("Demo"))


def test_pictures_have_an_order_and_one_stands_for_the_product(brands: tuple[UUID, UUID]) -> None:
    alder, _ = brands
    product = catalog.add(of(alder), alder, Draft("Coat"))
    shelf = Shelf(lambda: of(alder), alder)
    for color in ("teal", "navy", "tan"):
        shelf.add_picture(str(product.id), encoded(color))

    def shown() -> list[tuple[str, bool]]:
        st.cache_resource.clear()
        asked = {"product_id": str(product.id)}
        frame = queries.read("catalog/product_images", of(alder), **asked).frame
        return list(zip(frame["object_id"], frame["is_primary"], strict=True))

    first = shown()
    assert [is_primary for _, is_primary in first] == [True, False, False]
    shelf.put_first(str(product.id), first[2][0])
    assert [one for one, _ in shown()] == [first[2][0], first[0][0], first[1][0]]
    shelf.remove_picture(str(product.id), first[2][0])
    assert shown() == [(first[0][0], True), (first[1][0], False)]


# --- Files ---------------------------------------------------------------------------------------


def file(*rows: list[str], separator: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


CELL = strategies.text(
    strategies.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\u0085"
    ),
    max_size=12,
).map(str.strip)


@examples(max_examples=60, deadline=None)
@given(
    rows=strategies.lists(strategies.tuples(CELL.filter(bool), CELL, CELL), min_size=1, max_size=5),
    separator=strategies.sampled_from([",", ";", "\t"]),
    encoding=strategies.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_file_is_read_as_it_was_written(
    rows: list[tuple[str, str, str]], separator: str, encoding: str
) -> None:
    content = file(
        ["Name", "Colour", "Note"], *map(list, rows), separator=separator, encoding=encoding
    )
    sheet = csv_files.read(content)
    assert sheet.separator == separator
    assert [cells for _, cells in sheet.rows] == rows
    read = catalog_csv.read(sheet, catalog_csv.guessed(sheet.titles))
    assert [draft.name for draft in read.drafts] == [name for name, _, _ in rows]
    assert [dict(draft.fields or {}) for draft in read.drafts] == [
        {title: cell for title, cell in (("Colour", colour), ("Note", note)) if cell}
        for _, colour, note in rows
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "a line of titles"),
        (b"Name\n", "at least one row"),
        (b"Name,Name\na,b\n", "Two columns"),
        (b'Name\n"a\n', "cannot be read"),
        (b"\x00\x01Name\na\n", "no CSV file"),
        (codecs.BOM_UTF16_LE + b"N\x00a", "damaged"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(CsvError, match=sentence):
        csv_files.read(content)


def test_columns_are_guessed_and_bad_rows_are_told() -> None:
    content = file(
        ["Product Name", "Article", "Category", "Tags", "Active", "Size", ""],
        ["Coat", "C-1", "Jackets", "wool, winter", "yes", "38", "x"],
        [],
        ["", "C-2", "", "", "", "", ""],
        ["Cape", "C-1", "", "", "", "", ""],
        ["Cap", "C-3", "Headwear", "", "", "", ""],
        ["Cup", "C-4", "", "", "maybe", "", ""],
        ["Cut", "C-5", "", "", "", "", "", "too much"],
        ["=cmd()", "C-6", "", "", "no", "", ""],
        encoding="cp1252",
    )
    sheet = csv_files.read(content)
    mapped = catalog_csv.guessed(sheet.titles)
    assert list(mapped.values()) == ["name", "sku", "category", "tags", "active", "field", ""]
    read = catalog_csv.read(sheet, mapped)
    assert read.drafts[0] == Draft(
        "Coat", sku="C-1", category=Category.JACKETS, fields={"Size": "38"}, tags=["wool", "winter"]
    )
    assert (read.drafts[1].name, read.drafts[1].is_active) == ("=cmd()", False)
    assert [(bad.line, bad.what) for bad in read.bad] == [
        (4, "C-2"), (5, "C-1"), (6, "C-3"), (7, "C-4"), (8, "C-5"),
    ]  # fmt: skip
    assert read.bad[1] == Bad(5, "C-1", "Line 2 has the same SKU.")
    with pytest.raises(CatalogError, match="name"):
        catalog_csv.read(sheet, {**mapped, "Product Name": "field"})
    assert csv_files.read("Name\nCafé".encode("cp1252")).rows[0][1] == ("Café",)


def test_an_import_adds_and_changes_and_keeps_what_it_does_not_say(
    brands: tuple[UUID, UUID],
) -> None:
    alder, birch = brands
    catalog.add(
        of(alder), alder, Draft("Coat", description="Warm", sku="C-1", fields={"fit": "slim"})
    )
    catalog.add(of(birch), birch, Draft("Theirs", sku="C-1"))
    told: list[int] = []
    came = catalog_csv.bring_in(
        of(alder),
        alder,
        [Draft("Camel coat", sku="C-1", fields={"size": "38"}, tags=["wool"]), Draft("No SKU")],
        told.append,
    )
    assert (came.made, came.changed, told) == (1, 1, [2])
    coat = next(one for one in catalog.listed(of(alder), alder, 9) if one.sku == "C-1")
    assert (coat.name, coat.description, coat.tags) == ("Camel coat", "Warm", ("wool",))
    assert coat.fields == {"fit": "slim", "size": "38"}
    assert [one.name for one in catalog.listed(of(birch), birch, 9)] == ["Theirs"]
    with pytest.raises(CatalogError, match="cannot change"):
        catalog_csv.bring_in(of(birch), alder, [Draft("Foreign")])


def test_an_import_that_is_broken_off_leaves_nothing(brands: tuple[UUID, UUID]) -> None:
    alder, _ = brands

    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    drafts = [Draft(f"Thing {number}", sku=str(number)) for number in range(6000)]
    with pytest.raises(KeyboardInterrupt):
        catalog_csv.bring_in(of(alder), alder, drafts, stop)
    assert catalog.listed(of(alder), alder, 1) == []
    assert catalog_csv.bring_in(of(alder), alder, drafts).made == 6000


# --- The page ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_a_product_opens_by_its_address_and_only_its_own_brands() -> None:
    brand, _ = brand_at(3)
    mine = catalog.listed(Scope.of_brands([brand]), UUID(brand), 1)[0]
    theirs = catalog.listed(Scope.of_brands([brand_at(4)[0]]), UUID(brand_at(4)[0]), 1)[0]
    app = signed_in("brand_manager", brand)
    app.query_params["product"] = str(mine.id)
    opened(app, PAGE)
    assert not app.exception
    assert mine.name in [one.value for one in app.header]
    assert {"Try-ons launched", "Rating"} <= {metric.label for metric in app.metric}
    for other in (str(theirs.id), "nonsense"):
        app = signed_in("brand_manager", brand)
        app.query_params["product"] = other
        opened(app, PAGE)
        assert not app.exception
        assert theirs.name not in [one.value for one in app.header]
        assert len(app.warning) == 1


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("role", "writes"), [("brand_manager", True), ("analyst", False), ("demo_viewer", False)]
)
def test_who_may_change_the_catalog(role: str, writes: bool) -> None:
    brand, name = brand_at(3)
    app = opened(signed_in(role, *([brand] if role == "brand_manager" else [])), PAGE)
    if role != "brand_manager":
        app.selectbox(key="brand").select(name).run()
    labels = [button.label for button in app.button]
    assert ("Add a product" in labels) == ("Import CSV" in labels) == writes
    assert not app.exception
