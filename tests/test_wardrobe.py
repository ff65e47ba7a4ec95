"""Wardrobes: what is read from a picture, what is found again, and whose it is."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from database import connections
from database.tenancy import Scope
from tests.rows import insert
from tryon import describe, pictures, storage, uploads, wardrobe
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
        wardrobe.change(Scope(user=str(uuid4())), tee.id, name="Mine", **said)  # type: ignore[arg-type]
    assert wardrobe.item(ada, tee.id).name == "Marine shirt"


def test_an_upload_is_described_as_it_is_hung(ada: Scope) -> None:
    taken = uploads.take(ada, None, "rose tank.png", picture("Rose tank"), NOW)
    assert taken.kind == "item"
    kept = wardrobe.item(ada, taken.id)
    assert (kept.colors, kept.category, kept.name) == (("pink",), Category.TOPS, "rose tank")
