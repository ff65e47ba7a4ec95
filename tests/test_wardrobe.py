"""Wardrobes: what is read from a picture, what is found again, and whose it is."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import text

from components.wardrobe import labelled
from database import connections
from database.tenancy import Scope
from tests.rows import insert
from tests.test_pages import at as opened
from tests.test_pages import brand_at, signed_in
from tryon import describe, pictures, storage, uploads, wardrobe
from tryon.closet import Closet
from tryon.demo import drawn
from tryon.engines import Category
from tryon.engines.garments import Drawing, Garment, collection, draw
from tryon.storage import Owner
from tryon.wardrobe import NotThereError, WardrobeError

NOW = datetime.now(UTC)
GARMENTS = {garment.name: garment for garment in collection()}
_DRAWN: dict[str, Drawing] = {}


def picture(name: str) -> bytes:
    if name not in _DRAWN:
        _DRAWN[name] = draw(GARMENTS[name])
    return _DRAWN[name].encoded()


def described(name: str) -> describe.Description:
    found = describe.described(picture(name), GARMENTS[name].category)
    assert found is not None
    return found


# What somebody who looks at the drawings would say first.
LOOKS = {
    "Breton tee": ({"navy", "white"}, "striped"),
    "Harbour sweater": ({"beige", "navy"}, "striped"),
    "Rose tank": ({"pink"}, "plain"),
    "Moss cable sweater": ({"olive"}, "plain"),
    "Pinstripe trousers": ({"black", "gray"}, "striped"),
    "Plaid dress": ({"gray", "teal"}, "patterned"),
    "Wine knit scarf": ({"burgundy"}, "plain"),
    "Teal beanie": ({"teal"}, "plain"),
    "Garden tee": ({"teal"}, "patterned"),
}


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_colours_and_looks_are_read_from_the_picture(name: str) -> None:
    colors, look = LOOKS[name]
    found = described(name)
    assert set(found.colors) == colors
    assert look in found.tags
    assert np.linalg.norm(found.embedding) == pytest.approx(1, abs=1e-3)


def test_a_backdrop_is_no_colour_of_a_garment() -> None:
    assert described("Red pumps").colors[0] == "red"
    assert "white" not in described("Chestnut boots").colors


def test_what_is_no_picture_has_no_description() -> None:
    assert describe.described(b"nothing", Category.TOPS) is None


def test_alike_is_what_looks_alike() -> None:
    """The same garment drawn anew comes first; striped tops before a plain bag."""
    again = draw(Garment("Breton tee", "tee", "stripes", (0.15, 0.19, 0.34), seed=99)).encoded()
    like = describe.described(again, Category.TOPS)
    assert like is not None
    known = {
        name: np.array(described(name).embedding)
        for name in ("Breton tee", "Harbour sweater", "Rose tank", "Cognac satchel", "Indigo jeans")
    }
    order = sorted(known, key=lambda name: -float(known[name] @ np.array(like.embedding)))
    assert order[0] == "Breton tee"
    assert order.index("Harbour sweater") < order.index("Cognac satchel")
    assert order.index("Rose tank") < order.index("Cognac satchel")


# --- A person's wardrobe -------------------------------------------------------------------------


@pytest.fixture
def ada(database: object) -> Scope:  # noqa: ARG001
    with connections.owner() as connection:
        user = insert(connection, "users")
    return Scope(user=str(user))


def hung(scope: Scope, name: str, **values: object) -> wardrobe.Item:
    kept = storage.keep(
        scope, Owner(user=UUID(scope.user)), "garment", pictures.read(picture(name)), NOW
    )
    return wardrobe.hang(scope, kept, GARMENTS[name].category, name, **values)  # type: ignore[arg-type]


def names(items: list[wardrobe.Item]) -> list[str]:
    return [item.name for item in items]


def test_what_hangs_is_found_by_what_it_looks_like(ada: Scope) -> None:
    tee = hung(ada, "Breton tee", label="Atelier", tags=["summer"])
    hung(ada, "Rose tank")
    hung(ada, "Harbour sweater")
    assert tee.colors == ("navy", "white")
    assert tee.looks == ("striped", "dark")
    for words in ("breton", "ATELIER", "summer navy", "striped tee", "tops summer"):
        assert names(wardrobe.items(ada, 9, words=words)) == ["Breton tee"], words
    assert names(wardrobe.items(ada, 9, words="striped")) == ["Harbour sweater", "Breton tee"]
    assert names(wardrobe.items(ada, 9, words="100% _ '")) == []
    assert names(wardrobe.items(ada, 9, color="pink")) == ["Rose tank"]
    assert names(wardrobe.items(ada, 9, kind="look")) == []
    assert names(wardrobe.similar(ada, tee.id, 9))[0] == "Harbour sweater"
    assert len(wardrobe.similar(ada, tee.id, 1)) == 1
    other = Scope(user=str(uuid4()))
    assert wardrobe.items(other, 9) == []
    with pytest.raises(NotThereError):
        wardrobe.similar(other, tee.id, 9)


def test_what_was_read_is_corrected(ada: Scope) -> None:
    tee = hung(ada, "Breton tee")
    changed = wardrobe.change(
        ada, tee.id, name="  Marine  shirt ", label="Atelier", category=Category.TOPS,
        tags=["sea", "sea"], colors=["blue", "white"],
    )  # fmt: skip
    assert (changed.name, changed.tags, changed.colors) == (
        "Marine shirt", ("sea",), ("blue", "white"),
    )  # fmt: skip
    assert changed.looks == tee.looks
    said: dict[str, Any] = {"label": None, "category": Category.TOPS, "tags": [], "colors": []}
    for wrong, sentence in (
        ({"name": " "}, "A name has"),
        ({"name": "A", "colors": ["mauve"]}, "is no colour"),
        ({"name": "A", "category": None}, "has a category"),
    ):
        with pytest.raises(WardrobeError, match=sentence):
            wardrobe.change(ada, tee.id, **{**said, **wrong})
    with pytest.raises(NotThereError):
        wardrobe.change(Scope(user=str(uuid4())), tee.id, name="Mine", **said)
    assert wardrobe.item(ada, tee.id).name == "Marine shirt"


def test_an_upload_is_described_as_it_is_hung(ada: Scope) -> None:
    taken = uploads.take(ada, None, "rose tank.png", picture("Rose tank"), NOW)
    assert taken.kind == "item"
    kept = wardrobe.item(ada, taken.id)
    assert (kept.colors, kept.category, kept.name) == (("pink",), Category.TOPS, "rose tank")


def test_collections_hold_what_is_put_in(ada: Scope) -> None:
    closet = Closet(lambda: ada)
    tee, tank = (str(hung(ada, name).id) for name in ("Breton tee", "Rose tank"))
    summer, sea = closet.add_collection("Summer"), closet.add_collection("Sea")
    closet.put(tee, [summer, sea])
    closet.put(tank, [summer])
    closet.put(tee, [sea])
    assert closet.collections_of(tee) == {sea}
    counts = {one.name: one.item_count for one in closet.collections()}
    assert counts == {"Summer": 1, "Sea": 1}
    nothing = {"category": "", "kind": "", "color": "", "words": ""}
    assert names(closet.items(9, **nothing, collection=summer)) == ["Rose tank"]
    closet.remove_collection(summer)
    assert len(closet.items(9, **nothing, collection="")) == 2
    other = Closet(lambda: Scope(user=str(uuid4())))
    with pytest.raises(WardrobeError):
        other.put(tee, [sea])
    with pytest.raises(WardrobeError):
        other.remove(tee)
    with pytest.raises(WardrobeError):
        other.remove_collection(sea)
    closet.remove(tee)
    assert names(closet.items(9, **nothing, collection="")) == ["Rose tank"]


def test_collections_of_one_name_are_told_apart(ada: Scope) -> None:
    closet = Closet(lambda: ada)
    made = [closet.add_collection(name) for name in ("Sea", "Sea", "Whole wardrobe", "Sea (2)")]
    told = {label: str(one.id) for label, one in labelled(closet.collections()).items()}
    assert told == dict(
        zip(("Sea", "Sea (2)", "Whole wardrobe (2)", "Sea (2) (2)"), made, strict=True)
    )


def test_a_person_does_not_hang_in_a_wardrobe(ada: Scope) -> None:
    closet = Closet(lambda: ada)
    with pytest.raises(uploads.UploadError, match="shows a person"):
        closet.add("me.webp", drawn.person("Dana").data)
    with pytest.raises(uploads.UploadError):
        closet.add("a.png", b"no picture")
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from stored_objects")) == 0


def test_a_demo_visitor_borrows_what_the_shops_keep(ada: Scope) -> None:
    with connections.owner() as connection:
        shop = insert(connection, "brands", name="Alder", slug="alder", is_demo=True)
        real = insert(connection, "brands", name="Birch", slug="birch")
    for brand in (shop, real):
        for name in ("Breton tee", "Rose tank"):
            scope, shown = Scope.of_brands([brand]), pictures.read(picture(name))
            kept = storage.keep(scope, Owner(brand=brand), "product", shown, NOW)
            product = {"brand_id": brand, "name": f"{name} of {brand}", "category": "tops"}
            with connections.owner() as connection:
                made = insert(connection, "products", **product)
                insert(
                    connection, "product_images", product_id=made, object_id=kept, is_primary=True
                )
    visitor = Scope("demo", ada.user)
    closet = Closet(lambda: visitor)
    assert closet.borrow() == 2
    assert closet.borrow() == 0
    items = wardrobe.items(visitor, 9)
    assert {item.label for item in items} == {"Alder"}
    assert {item.colors for item in items} == {("navy", "white"), ("pink",)}
    # What is given back is the shop's still.
    wardrobe.remove(visitor, items[0].id)
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from stored_objects")) == 4


# --- The page ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_a_wardrobe_is_its_owners_whichever_the_address() -> None:
    brand, _ = brand_at(3)
    with connections.owner() as connection:
        user = insert(connection, "users", role="brand_manager")
    theirs = hung(Scope.of_brands([brand], user), "Rose tank")
    for address in ({"item": str(theirs.id)}, {"similar": str(theirs.id)}, {"item": "nonsense"}):
        app = signed_in("brand_manager", brand)
        for name, value in address.items():
            app.query_params[name] = value
        opened(app, "pages/catalog/wardrobe.py")
        assert not app.exception
        assert len(app.warning) == 1
        assert "Rose tank" not in str([one.value for one in (*app.markdown, *app.header)])
