"""Launch to result with everything that `closetai run` starts, in a real browser."""

import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect
from skimage import data

from database import demo, embedded
from settings import ROOT
from tests import prepared
from tests.browser.conftest import Visitor, Windows, put_away
from tests.browser.test_accessibility import in_both_themes, told
from tests.prepared import administrator
from tests.supervised import Running, environment, free_port, running
from tests.waiting import wait_until
from tryon.jobs import GALLERY

_log = logging.getLogger(__name__)

# Several garments, so that one of them is like another.
_DRAWN = """
    select exists (select from persona_pictures) and (select count(*) from product_images) >= 8
"""
# What fills the demo's gallery waits, and later nothing more is drawn: both would take the
# processor from whoever launches here.
_PAUSE = """
    with paused as (
      insert into batches (brand_id, name, paused_at)
      select brand_id, 'Later', now() from tryon_jobs where priority = %(gallery)s limit 1
      returning id
    )
    update tryon_jobs set batch_id = (select id from paused)
    where status = 'queued' and batch_id is null and priority = %(gallery)s
"""
_HOLD = "select pg_advisory_lock(%s)"
DEMO = {"CLOSETAI_DEMO": "on", "CLOSETAI_DEMO_UPLOADS": "on"}


@pytest.fixture(scope="module")
def whole() -> Iterator[Running]:
    """Start the whole in a home of its own, with a little demo data, and its job worker."""
    # Not below pytest's own directory, which is closed to the user of the database server.
    with tempfile.TemporaryDirectory(prefix="closetai-") as directory:
        home, port = Path(directory), free_port()
        prepared.lay_out(home)
        subprocess.run(
            [sys.executable, "-m", "cli", "seed", "--jobs", "1000"],
            cwd=ROOT,
            env=environment(home, port, **DEMO),
            check=True,
            capture_output=True,
        )
        with running(home, port, **DEMO) as started:
            server = replace(embedded.of(home), version=embedded.VERSION)

            # The worker draws them in the background after the first start. The database is asked:
            # a page would take the processor that draws.
            with administrator(server, embedded.DATABASE) as connection:

                def drawn() -> bool:
                    connection.execute(_PAUSE, {"gallery": GALLERY})
                    return bool(connection.execute(_DRAWN).fetchone()[0])  # type: ignore[index]

                wait_until(drawn, "there are pictures to choose from", 180)
                connection.execute(_HOLD, [demo._LOCK])
                yield started


@pytest.fixture(scope="module")
def browser(windows: Windows) -> Iterator[BrowserContext]:
    """One browser for all visitors, whose cache is warm after the first."""
    context = windows.context()
    yield context
    context.close()


@pytest.fixture
def visitor(browser: BrowserContext, whole: Running) -> Iterator[Visitor]:
    """A new visitor of the demo, on Launch, where the demo's pictures are."""
    browser.clear_cookies()
    page = browser.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    visitor = Visitor(page, f"http://127.0.0.1:{whole.port}")
    page.on("console", visitor.hear)
    visitor.explore_the_demo("launch")
    yield visitor
    page.close()


def button(page: Page) -> Locator:
    return page.locator(".st-key-launch button")


def result(page: Page) -> Locator:
    return page.get_by_role("img", name="After: ")


def appears(page: Page) -> None:
    """Wait until the result is on the screen, as a picture that the browser could draw."""
    expect(result(page)).to_be_visible()
    page.wait_for_function(
        """() => [...document.images].some((image) =>
            image.alt.startsWith("After: ") && image.complete && image.naturalWidth > 300)"""
    )


def launched(page: Page, *, twice: bool = False) -> None:
    """Launch what is chosen, and say how long it takes until the result is seen.

    `twice` clicks again a tenth of a second later: at once, Streamlit would take it for one click.
    """
    expect(button(page)).to_be_enabled()
    begun = monotonic()
    if twice:
        button(page).dblclick(delay=100)
    else:
        button(page).click()
    appears(page)
    _log.info("launch to result: %.1f s", monotonic() - begun)


def test_one_click_on_the_demo_s_pictures_and_the_result_appears(visitor: Visitor) -> None:
    page = visitor.page
    expect(page.get_by_text("5 left this hour")).to_be_visible()
    page.evaluate("window.neverReloaded = true")
    launched(page)
    expect(page.get_by_text("Confidence (estimate)").first).to_be_visible()
    expect(page.get_by_text("4 left this hour")).to_be_visible()
    assert page.evaluate("window.neverReloaded")
    expect(
        page.locator("[data-testid=stException], [data-testid=stAlertContentError]")
    ).to_have_count(0)
    assert told(in_both_themes(visitor, "Launch with a result")) == []
    page.set_viewport_size({"width": 390, "height": 900})
    overflow = "(main) => main.scrollWidth - main.clientWidth"
    assert page.locator("[data-testid=stMain]").evaluate(overflow) <= 0
    # The address shows the result again, to whom it belongs.
    page.reload()
    appears(page)
    assert visitor.errors == []


def test_a_borrowed_garment_is_looked_at_and_tried_on_once_by_a_double_click(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.open("wardrobe")
    page.get_by_role("button", name="Borrow the demo's garments").click()
    # As many as the worker had drawn.
    expect(page.get_by_text(re.compile(r"^\d+ items?$"))).to_be_visible()
    page.get_by_label("Search").fill("striped navy")
    page.get_by_label("Search").press("Enter")
    expect(page.get_by_text("Breton tee")).to_be_visible()
    expect(page.get_by_text("Cognac satchel")).to_have_count(0)
    tile = page.locator("[class*='st-key-hung-']", has_text="Breton tee").first
    tile.get_by_role("button").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Tags", exact=True).fill("demo, sea")
    drawer.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    # The form before and the one after stand beside each other until the run has ended.
    visitor.drawn()
    expect(drawer.get_by_label("Tags", exact=True)).to_have_count(1)
    expect(drawer.get_by_label("Tags", exact=True)).to_have_value("demo, sea")
    drawer.get_by_role("button", name="Similar to this").click()
    expect(page.get_by_role("heading", name="Similar to Breton tee")).to_be_visible()
    page.wait_for_url("**similar=**")
    page.get_by_role("button", name="Back to the wardrobe").click()
    tile.get_by_role("button").click()
    drawer.get_by_role("link", name="Try it on").click()
    expect(page.get_by_role("heading", name="Launch")).to_be_visible()
    # A double click launches once.
    launched(page, twice=True)
    expect(page.get_by_text("4 left this hour")).to_be_visible()
    expect(page.get_by_text("24 that you have")).to_be_visible()
    expect(result(page)).to_have_attribute("alt", re.compile("with Breton tee$"))
    assert visitor.errors == []


def put_a_shoulder_right(page: Page) -> None:
    """Move one point with the pointer and one with the keys, save them, and see that they stay."""
    page.get_by_role("button", name="Fit the body").click()
    dialog = page.get_by_role("dialog")
    save = dialog.get_by_role("button", name="Save")
    shoulder, waist = (dialog.get_by_role("button", name=name) for name in _POINTS)
    expect(save).to_be_disabled()
    before = shoulder.bounding_box()
    assert before is not None
    shoulder.hover()
    page.mouse.down()
    page.mouse.move(before["x"] - 10, before["y"] + 6, steps=4)
    page.mouse.up()
    waist.press("ArrowLeft")
    expect(save).to_be_enabled()
    moved = [shoulder.get_attribute("style"), waist.get_attribute("style")]
    save.click()
    expect(page.get_by_text("Saved: it holds for every picture")).to_be_visible()
    page.get_by_role("button", name="Fit the body").click()
    expect(shoulder).to_have_attribute("data-moved", "yes")
    expect(dialog.get_by_role("button", name="Read it anew")).to_be_visible()
    expect(save).to_be_disabled()
    for point, style in zip((shoulder, waist), moved, strict=True):
        assert style is not None
        assert shares(point.get_attribute("style")) == pytest.approx(shares(style), abs=0.01)
    put_away(dialog)


_POINTS = ("Left shoulder", "Left of the waist")


def shares(style: str | None) -> list[float]:
    """The places in percent that a style names."""
    return [float(number) for number in re.findall(r"([\d.]+)%", style or "")]


def test_an_uploaded_photo_is_tried_on_and_deleted_at_once(visitor: Visitor) -> None:
    page = visitor.page
    out = BytesIO()
    Image.fromarray(data.astronaut()).save(out, "JPEG")  # type: ignore[no-untyped-call]
    photo = FilePayload(name="me.jpg", mimeType="image/jpeg", buffer=out.getvalue())
    text = FilePayload(name="notes.png", mimeType="image/png", buffer=b"no picture")
    page.locator("[data-testid=stFileUploader] input").set_input_files([photo, text])
    expect(page.get_by_text("Taken: 1 person.")).to_be_visible()
    expect(page.get_by_text("notes.png: This is no picture")).to_be_visible()
    expect(page.get_by_text("Deleted by itself on")).to_be_visible()
    put_a_shoulder_right(page)
    launched(page)
    expect(result(page)).to_have_attribute("alt", "After: the photo with Breton tee")
    source = page.get_by_role("img", name="Before: the photo").get_attribute("src")
    assert source is not None
    status = "(source) => fetch(source, {cache: 'no-store'}).then((answer) => answer.status)"
    assert page.evaluate(status, source) == 200
    page.get_by_role("button", name="Delete now").click()
    expect(page.get_by_text("Deleted; the file follows within a minute.")).to_be_visible()
    assert page.evaluate(status, source) == 404
    expect(result(page)).to_have_count(0)
