"""Reviewing in a browser: keys, the slider, what is fetched ahead, on a desk and on a phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect
from sqlalchemy import text

from database import connections
from settings import settings
from tests import rows
from tests.browser.conftest import Dashboard, Visit, Visitor
from tests.engines import picture
from tests.prepared import use
from tests.rows import insert
from tryon import pictures, storage

COLOURS = ["teal", "olive", "navy", "maroon", "purple", "gray", "orange", "brown", "black", "gold"]


@contextmanager
def at_the_database(dashboard: Dashboard) -> Iterator[Any]:
    """The owner's connection to the database under the dashboard."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(dashboard.cluster, monkeypatch)
        with connections.owner() as connection:
            yield connection
        connections.dispose()
    settings.cache_clear()


@pytest.fixture(scope="module")
def brand(dashboard: Dashboard) -> tuple[UUID, str]:
    """A brand of the demo with ten try-ons to review."""
    with at_the_database(dashboard) as connection:
        found = connection.execute(text("select id, slug from brands order by mrr desc limit 1"))
        brand_id, slug = found.one()
        owner = storage.Owner(brand=brand_id)

        def stored(colour: str, kind: storage.Kind) -> UUID:
            file = storage.write(owner, kind, pictures.read(picture(colour, (480, 640))))
            return storage.record(connection, file)

        person, garment = stored("white", "selfie"), stored("red", "garment")
        for number, colour in enumerate(COLOURS):
            job = rows.job(
                connection,
                brand_id=brand_id,
                origin="studio",
                engine="preview",
                credits=0,
                selfie_object_id=person,
            )
            insert(connection, "tryon_garments", job_id=job, position=0, object_id=garment)
            insert(connection, "job_outputs", job_id=job, object_id=stored(colour, "result"))
            rows.finish(connection, job, "completed", 0.5 + number / 30)
    return brand_id, slug


@pytest.fixture
def reviewer(visit: Visit, team_member: StorageState, brand: tuple[UUID, str]) -> Visitor:
    """One of the team before the brand's pictures."""
    visitor = visit(state=team_member)
    visitor.open(f"review?brand={brand[1]}")
    settled(visitor)
    return visitor


def result(page: Page) -> Locator:
    return page.locator(".desk .after")


def settled(visitor: Visitor) -> str:
    """Wait until a picture is shown in full, and give its address."""
    visitor.drawn()
    expect(result(visitor.page)).to_be_visible()
    visitor.page.wait_for_function(
        "() => { const desk = [...document.querySelectorAll('*')]"
        " .map((one) => one.shadowRoot?.querySelector('.after')).find(Boolean);"
        " return desk?.complete && desk.naturalWidth > 0; }"
    )
    return str(result(visitor.page).get_attribute("src")).partition("?")[0]


def press(visitor: Visitor, key: str) -> str:
    """Press a key that leads to another picture; give that one's address."""
    before = settled(visitor)
    visitor.page.keyboard.press(key)
    expect(result(visitor.page)).not_to_have_attribute("src", re.compile(re.escape(before)))
    return settled(visitor)


def said(visitor: Visitor, sentence: str) -> None:
    expect(visitor.page.get_by_text(sentence)).to_be_visible()


def test_keys_review_and_take_back(
    reviewer: Visitor, dashboard: Dashboard, brand: tuple[UUID, str]
) -> None:
    page = reviewer.page

    def reviews() -> list[tuple[Any, ...]]:
        with at_the_database(dashboard) as connection:
            found = connection.execute(
                text(
                    "select approved, rating, array_to_string(reasons, ' '), note, drawn"
                    " from reviews where brand_id = :brand"
                    " and reviewer_id = (select id from users where email like 'analyst@%')"
                    " order by created_at"
                ),
                {"brand": brand[0]},
            )
            return [tuple(row) for row in found]

    expect(page.get_by_text("Drawn at random").first).to_be_visible()
    expect(page.get_by_role("button", name="Later")).to_be_disabled()
    first = settled(reviewer)
    page.keyboard.press("4")
    expect(page.get_by_role("radio", name="4")).to_be_checked()
    # Whoever writes a note presses no keys of ours, and is done when they leave it.
    note = page.get_by_label("Note")
    note.fill("a nice arm")
    note.press_sequentially(" ru1")
    assert settled(reviewer) == first
    note.press("Control+Enter")
    note.blur()
    reviewer.drawn()
    second = press(reviewer, "a")
    said(reviewer, "1 approved, 0 rejected")
    assert reviews() == [(True, 4, "", "a nice arm ru1", "random")]

    # A rejection is asked for its reason once. R is a key of Streamlit's as well: not here.
    page.keyboard.press("r")
    said(reviewer, "Why? Pick a reason")
    page.get_by_role("button", name="Hands").click()
    reviewer.drawn()
    page.locator("body").press("2")
    expect(page.get_by_role("radio", name="2")).to_be_checked()
    third = press(reviewer, "r")
    said(reviewer, "1 approved, 1 rejected")
    assert reviews()[1] == (False, 2, "hands", None, "uncertainty")
    assert len({first, second, third}) == 3

    assert press(reviewer, "u") == second
    assert len(reviews()) == 1
    assert press(reviewer, "ArrowLeft") == first
    expect(page.get_by_text("Reviewed by you")).to_be_visible()
    expect(page.get_by_role("radio", name="4")).to_be_checked()
    assert press(reviewer, "ArrowRight") == second
    later = press(reviewer, "ArrowRight")
    said(reviewer, "Left for later")
    assert later != second
    assert press(reviewer, "u") == first
    assert reviews() == []
    assert reviewer.errors == []


def test_a_key_that_is_held_down_counts_once(reviewer: Visitor) -> None:
    before = settled(reviewer)
    for _ in range(4):
        reviewer.page.keyboard.down("a")  # as a keyboard repeats it
    reviewer.page.keyboard.up("a")
    expect(result(reviewer.page)).not_to_have_attribute("src", re.compile(re.escape(before)))
    settled(reviewer)
    said(reviewer, "1 approved, 0 rejected")
    press(reviewer, "u")


def test_the_next_picture_is_there_before_it_is_needed(
    visit: Visit, team_member: StorageState, brand: tuple[UUID, str]
) -> None:
    visitor = visit(state=team_member)
    fetched: list[str] = []
    visitor.page.on("requestfinished", lambda request: fetched.append(request.url))
    visitor.open(f"review?brand={brand[1]}")
    settled(visitor)
    visitor.page.wait_for_load_state("networkidle")
    known = {address.partition("?")[0] for address in fetched}
    following = press(visitor, "a")
    assert visitor.address + following in known
    press(visitor, "u")
    # Every picture comes from where only this session may fetch it.
    assert not [address for address in fetched if address.startswith(f"{visitor.address}/media/")]


def test_the_slider_shows_what_was_before(reviewer: Visitor) -> None:
    page = reviewer.page
    slider = page.get_by_role("slider", name="How much of the picture before is shown")
    before = page.get_by_alt_text("The person before")
    expect(before).to_have_css("clip-path", "inset(0px 100% 0px 0px)")
    shown = settled(reviewer)
    slider.focus()
    page.keyboard.press("End")
    expect(before).to_have_css("clip-path", "inset(0px 0% 0px 0px)")
    # An arrow on the slider moves the slider.
    page.keyboard.press("ArrowLeft")
    expect(before).to_have_css("clip-path", "inset(0px 1% 0px 0px)")
    assert settled(reviewer) == shown
    expect(page.get_by_alt_text("The garment")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_visitor_practises_on_a_phone(
    visit: Visit, demo_visitor: StorageState, brand: tuple[UUID, str], theme: str
) -> None:
    visitor = visit(390, theme, demo_visitor)
    visitor.open(f"review?brand={brand[1]}")
    settled(visitor)
    expect(visitor.page.get_by_text("You review for practice")).to_be_visible()
    wide = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    box = result(visitor.page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    before = settled(visitor)
    visitor.page.get_by_role("button", name="Approve").click()
    expect(result(visitor.page)).not_to_have_attribute("src", re.compile(re.escape(before)))
    said(visitor, "1 approved")
    visitor.page.get_by_role("button", name="Undo").click()
    said(visitor, "Taken back")
    assert visitor.errors == []
