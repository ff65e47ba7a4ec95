"""Queue and gallery as people use them: live, with the keyboard's and the pointer's own results."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, StorageState, expect
from sqlalchemy import text

from database import connections
from database.tenancy import Scope
from settings import settings
from tests import rows
from tests.browser.conftest import Dashboard, Visit, Windows, added, put_away
from tests.engines import Instant, picture
from tests.prepared import use
from tests.rows import insert
from tryon import jobs, pictures, queue, storage
from tryon.jobs import Job
from tryon.worker import Worker

MANAGER = "queue-manager@closetai.example"
COLOURS = ["teal", "olive", "navy", "maroon"]


@contextmanager
def behind(dashboard: Dashboard) -> Iterator[None]:
    """Act on the database under the dashboard, as its worker would."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(dashboard.cluster, monkeypatch)
        yield
        connections.dispose()
    settings.cache_clear()


@pytest.fixture(scope="module")
def brand(dashboard: Dashboard) -> UUID:
    """A demo brand with four pictures."""
    with behind(dashboard), connections.owner() as connection:
        found = connection.scalar(text("select id from brands where slug = 'aster'"))
        assert isinstance(found, UUID)
        for colour in COLOURS:
            file = storage.write(
                storage.Owner(brand=found), "result", pictures.read(picture(colour, (480, 640)))
            )
            stored = storage.record(connection, file)
            job = rows.job(
                connection,
                brand_id=found,
                origin="studio",
                engine="preview",
                prompt=f"All in {colour}",
                credits=0,
            )
            rows.finish(connection, job, "completed")
            insert(connection, "job_outputs", job_id=job, object_id=stored)
        return found


@pytest.fixture(scope="module")
def manager(dashboard: Dashboard, brand: UUID, windows: Windows) -> StorageState:  # noqa: ARG001
    """A manager of that brand."""
    return added(windows, dashboard, MANAGER, "brand_manager", ["aster"])


def launch(dashboard: Dashboard, brand: UUID, count: int, batch: str | None = None) -> list[UUID]:
    with behind(dashboard):
        wanted = Job("studio", "instant", brand=brand, prompt="A coat", credits=0)
        return list(jobs.launch(Scope.system(), [wanted] * count, batch=batch).jobs)


def tick(page: Page, number: int) -> None:
    page.locator(".st-key-queue-jobs [data-testid=stCheckbox] label").nth(number).click()


# The queue


def test_the_queue_moves_on_by_itself_and_keeps_what_is_ticked(
    visit: Visit, dashboard: Dashboard, brand: UUID, manager: StorageState
) -> None:
    launch(dashboard, brand, 4, batch="Autumn")
    visitor = visit(state=manager)
    loads: list[str] = []
    visitor.page.on("framenavigated", lambda frame: loads.append(frame.url))
    visitor.open("queue")
    page = visitor.page
    expect(page.get_by_text("0 of 4 ended")).to_be_visible()
    tick(page, 3)
    expect(page.get_by_text("1 selected")).to_be_visible()
    came = len(loads)
    with behind(dashboard):
        worker = Worker(engines={"instant": Instant()})
        held = queue.claim(worker.name, worker.lease)
        assert held is not None
        worker._attempt(held)
    # Nobody has clicked.
    expect(page.get_by_text("1 of 4 ended")).to_be_visible()
    expect(page.get_by_text("1 selected")).to_be_visible()
    assert len(loads) == came
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("A coat: Canceled before it began")).to_be_visible()
    expect(page.get_by_text("2 of 4 ended, 1 canceled")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Autumn: Paused.")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Autumn: It goes on.")).to_be_visible()
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.get_by_text("4 of 4 ended, 3 canceled")).to_be_visible()
    assert visitor.errors == []


def test_a_row_of_the_queue_opens_its_history(
    visit: Visit, dashboard: Dashboard, brand: UUID, manager: StorageState
) -> None:
    launch(dashboard, brand, 1)
    visitor = visit(390, "dark", manager)
    visitor.open("queue?state=Queued")
    page = visitor.page
    page.get_by_role("button", name="History").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Made of")).to_be_visible()
    put_away(drawer)
    # It stays closed while the list is drawn again.
    expect(page).not_to_have_url(re.compile("job="))
    assert visitor.errors == []


def test_a_visitor_of_the_demo_only_looks_at_others_jobs(
    visit: Visit, dashboard: Dashboard, brand: UUID, demo_visitor: StorageState
) -> None:
    launch(dashboard, brand, 1)
    visitor = visit(state=demo_visitor)
    visitor.open("queue?brand=aster")
    expect(visitor.page.get_by_text("you can change the jobs and batches")).to_be_visible()
    expect(visitor.page.locator(".st-key-queue-jobs")).to_contain_text("A coat")
    expect(visitor.page.locator(".st-key-queue-jobs [data-testid=stCheckbox]")).to_have_count(0)


# The gallery


def pick(page: Page, *names: str) -> None:
    for name in names:
        page.locator(".st-key-gallery-grid").get_by_text(name).click()
    expect(page.get_by_text(f"{len(names)} picked")).to_be_visible()


def test_pictures_are_shown_compared_and_taken_along_without_a_public_address(
    visit: Visit, manager: StorageState
) -> None:
    visitor = visit(state=manager)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("gallery")
    page = visitor.page
    images = page.locator(".st-key-gallery-grid img")
    expect(images.first).to_be_visible()
    page.wait_for_function(
        """() => [...document.querySelectorAll('.st-key-gallery-grid img')]
                   .slice(0, 4).every((image) => image.complete && image.naturalWidth > 0)"""
    )
    expect(page.get_by_alt_text("All in navy for Aster, made by preview")).to_be_visible()
    pick(page, "All in navy", "All in olive")
    page.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img")).to_have_count(2)
    put_away(dialog)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "closetai-2-pictures.zip"
    assert download.value.url.startswith("blob:")
    content = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name[:11] for name in archive.namelist()} == {"all-in-navy", "all-in-oliv"}
    assert not [url for url in asked if url.startswith(f"{visitor.address}/media/")]
    assert visitor.errors == []


def test_a_picture_goes_to_a_new_collection(
    visit: Visit, dashboard: Dashboard, manager: StorageState
) -> None:
    visitor = visit(state=manager)
    visitor.open("gallery?search=teal")
    page = visitor.page
    pick(page, "All in teal")
    page.get_by_role("button", name="Save").click()
    field = page.get_by_role("combobox", name="Collection")
    field.fill("Winter ideas")
    field.press("Enter")
    page.get_by_role("button", name="Save to collection").click()
    expect(page.get_by_text("1 picture: in your wardrobe and in the collection")).to_be_visible()
    with behind(dashboard), connections.owner() as connection:
        held = connection.execute(
            text(
                "select w.name from collection_items i join collections c on c.id = i.collection_id"
                " join wardrobe_items w on w.id = i.item_id where c.name = 'Winter ideas'"
            )
        ).scalar_one()
    assert held == "All in teal"
    assert visitor.errors == []


def test_a_picture_opens_its_history_on_a_phone(visit: Visit, manager: StorageState) -> None:
    visitor = visit(390, "light", manager)
    visitor.open("gallery")
    page = visitor.page
    columns = page.locator(".st-key-gallery-grid").evaluate(
        "(grid) => new Set([...grid.querySelectorAll('img')]"
        ".map((image) => Math.round(image.getBoundingClientRect().x))).size"
    )
    assert columns == 2
    page.get_by_role("button", name="History").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_alt_text("Picture 1 of the job")).to_be_visible()
    expect(drawer.get_by_role("heading", name="Made of")).to_be_visible()
    assert visitor.errors == []


def test_another_brands_pictures_are_not_to_be_had(
    visit: Visit, dashboard: Dashboard, manager: StorageState
) -> None:
    visitor = visit(state=manager)
    visitor.open("gallery")
    # Signed for this session: for another one it leads nowhere.
    source = visitor.page.locator(".st-key-gallery-grid img").first.get_attribute("src")
    assert source is not None
    stranger = visit()
    assert stranger.page.request.get(f"{dashboard.address}{source}").status == 404
    assert visitor.page.request.get(f"{dashboard.address}{source}").status == 200
