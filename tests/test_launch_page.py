"""The page Launch through app.py: one click, what it costs, what came of it, and what cannot be."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import queries
from database import connections
from database.tenancy import Scope
from settings import settings
from tests.engines import Instant, picture
from tests.rows import insert
from tests.test_pages import HOME, LAUNCH, at, empty_brand, signed_in
from tryon import jobs, queue, storage
from tryon.engines import Mode, registry
from tryon.engines.registry import Offer
from tryon.storage import Owner
from tryon.worker import Worker

pytestmark = pytest.mark.usefixtures("demo", "changed")

NOW = datetime.now(UTC)
SYSTEM = Scope.system()


def change(statement: str, **values: Any) -> None:
    with connections.owner() as connection:
        connection.execute(text(statement), values)


def rows(question: str) -> list[Any]:
    with connections.owner() as connection:
        return list(connection.execute(text(question)))


@pytest.fixture(autouse=True)
def place(demo: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the test a folder of its own for pictures, and a worker that says that it lives."""
    assert demo
    monkeypatch.setenv("CLOSETAI_FILES", str(tmp_path / "pictures"))
    settings.cache_clear()
    change("delete from procrastinate_workers")
    change("insert into procrastinate_workers default values")
    yield
    settings.cache_clear()


@pytest.fixture
def brand() -> UUID:
    """The largest demo brand, with two persons and three garments to show."""
    with connections.owner() as connection:
        found: UUID = connection.execute(
            text("select id from brands where is_demo order by mrr desc, name limit 1")
        ).scalar_one()
    for name in ("Ada", "Ben"):
        shown = storage.upload(
            SYSTEM, Owner(brand=found), "persona", picture(name_color(name)), NOW
        )
        add("personas", brand_id=found, name=name, thumbnail_object_id=shown)
    for name, category in (("Straw hat", "hats"), ("Red tee", "tops"), ("Blue tee", "tops")):
        product = add("products", brand_id=found, name=name, category=category)
        shown = storage.upload(
            SYSTEM, Owner(brand=found), "product", picture(name_color(name)), NOW
        )
        add("product_images", product_id=product, object_id=shown)
    st.cache_resource.clear()
    return found


def add(table: str, **values: Any) -> Any:
    with connections.owner() as connection:
        return insert(connection, table, **values)


def name_color(name: str) -> str:
    colors = {"Ada": "teal", "Ben": "navy", "Straw hat": "khaki", "Red tee": "red"}
    return colors.get(name, "blue")


def work_off(engine: Instant | None = None) -> None:
    """Make what waits, at once."""
    Worker(engines={"preview": engine or Instant("preview")}, name="tests").work_off()


def said(app: AppTest) -> str:
    """Everything that the page says."""
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info, app.success)
    html = " ".join(str(block.proto.body) for block in app.get("html"))
    return " ".join(str(element.value) for kind in kinds for element in kind) + html


def the_button(app: AppTest) -> Any:
    return app.button(key="launch")


def visitor() -> AppTest:
    return at(signed_in("demo_viewer"), LAUNCH)


@pytest.mark.usefixtures("brand")
def test_a_first_visitor_needs_one_click_and_the_result_appears(brand: UUID) -> None:
    app = visitor()
    assert not app.exception
    assert "**1 credit** of the 25 that you have · 5 left this hour" in said(app)
    assert the_button(app).label == "Launch"
    the_button(app).click().run()
    assert not app.exception
    (job,) = rows("select * from tryon_jobs where origin = 'demo'")
    assert (job.brand_id, job.engine, job.category, job.status) == (
        brand,
        "preview",
        "tops",
        "queued",
    )
    assert rows("select name from personas p join tryon_jobs j on j.persona_id = p.id") == [
        ("Ada",)
    ]
    assert rows("select p.name from tryon_garments g join products p on p.id = g.product_id") == [
        ("Red tee",)
    ]
    assert "next in the queue" in said(app)
    # While it is being made, the same is not launched once more.
    assert the_button(app).label == "Launched"
    assert the_button(app).disabled
    work_off()
    app.run()
    assert not app.exception
    assert "After: Ada with Red tee" in said(app)
    assert "Confidence (estimate): High" in said(app)
    assert "The sleeve is short." in said(app)
    assert "**1 credit** of the 24 that you have · 4 left this hour" in said(app)
    # Then it may be.
    the_button(app).click().run()
    assert len(rows("select from tryon_jobs where origin = 'demo'")) == 2


@pytest.mark.usefixtures("brand")
def test_a_second_click_that_was_under_way_launches_nothing() -> None:
    app = visitor()
    the_button(app).click().run()
    # A disabled button cannot be pressed; one that was pressed before it was disabled can.
    del app.session_state["launch.open"]
    app.run()
    assert the_button(app).label == "Launch"
    the_button(app).click().run()
    assert not app.exception
    assert len(rows("select from tryon_jobs where origin = 'demo'")) == 1
    assert "24 that you have" in said(app)


@pytest.mark.usefixtures("brand")
def test_what_was_launched_stands_in_the_address() -> None:
    app = visitor()
    the_button(app).click().run()
    launched = app.query_params["launched"]
    work_off()
    other = signed_in("demo_viewer")
    other.query_params["launched"] = launched
    other.run()
    other.switch_page(LAUNCH)
    other.query_params["launched"] = launched
    other.run()
    assert "There is no such job" in said(other)
    assert "After:" not in said(other)


@pytest.mark.usefixtures("brand")
def test_whoever_comes_back_from_another_page_sees_it_still() -> None:
    app = visitor()
    the_button(app).click().run()
    app.switch_page(HOME).run()
    work_off()
    app.query_params.clear()
    app.switch_page(LAUNCH).run()
    assert not app.exception
    assert "After: Ada with Red tee" in said(app)
    assert the_button(app).label == "Launch"


@pytest.mark.usefixtures("brand")
def test_who_signs_in_next_sees_nothing_of_it() -> None:
    app = visitor()
    {button.label: button for button in app.button}["Ben"].click().run()
    the_button(app).click().run()
    app.query_params.clear()
    app.session_state["accounts.session"] = signed_in("demo_viewer").session_state[
        "accounts.session"
    ]
    app.run()
    assert not app.exception
    assert "**Ada**" in said(app)
    assert "The result appears here" in said(app)
    assert the_button(app).label == "Launch"


@pytest.mark.usefixtures("brand")
@pytest.mark.parametrize("asked", ["launched", "batch"])
def test_an_address_that_names_no_job_is_the_page_as_it_is(asked: str) -> None:
    app = signed_in("demo_viewer")
    app.run()
    app.switch_page(LAUNCH)
    app.query_params[asked] = "../../etc"
    app.run()
    assert not app.exception
    assert the_button(app).label == "Launch"
    assert "The result appears here" in said(app)


@pytest.mark.usefixtures("brand")
def test_another_choice_is_made_by_a_click_and_corrected_by_another() -> None:
    app = visitor()
    persons = {button.label: button for button in app.button}
    persons["Ben"].click().run()
    {button.label: button for button in app.button}["Straw hat"].click().run()
    # Another top takes the place of the first.
    {button.label: button for button in app.button}["Blue tee"].click().run()
    categories = {box.label: box for box in app.selectbox}
    assert "Category of Red tee" not in categories
    categories["Category of Blue tee"].set_value("Jackets").run()
    the_button(app).click().run()
    assert rows("select name from personas p join tryon_jobs j on j.persona_id = p.id") == [
        ("Ben",)
    ]
    assert rows(
        "select p.name, g.category from tryon_garments g join products p on p.id = g.product_id"
        " order by g.position"
    ) == [("Straw hat", "hats"), ("Blue tee", "jackets")]


@pytest.mark.usefixtures("brand")
def test_garments_are_found_by_name_and_category() -> None:
    app = visitor()

    def offered() -> set[str]:
        return {b.label for b in app.button if b.label in ("Straw hat", "Red tee", "Blue tee")}

    app.text_input(key="launch-named").set_value("TEE").run()
    assert offered() == {"Red tee", "Blue tee"}
    app.selectbox(key="launch-category").set_value("Hats").run()
    assert offered() == set()
    assert "No garment fits the filter." in said(app)


def test_a_batch_is_every_garment_on_every_person(brand: UUID) -> None:
    app = at(signed_in("brand_manager", str(brand)), LAUNCH)
    app.segmented_control(key="launch-make").set_value("A batch").run()
    for name in ("Ben", "Straw hat", "Blue tee"):
        {button.label: button for button in app.button}[name].click().run()
    assert "6 pictures · **6 credits** of" in said(app)
    app.text_input(key="launch-batch").set_value("Autumn *2026*").run()
    the_button(app).click().run()
    assert not app.exception
    assert rows("select name from batches where user_id is not null order by id desc limit 1") == [
        ("Autumn *2026*",)
    ]
    (balance,) = rows(
        f"select count(*), sum(amount) from credit_ledger l join tryon_jobs j on j.id = l.job_id"
        f" where j.brand_id = '{brand}' and j.batch_id is not null and l.kind = 'reserve'"
    )
    assert balance == (6, -6)
    work_off()
    app.run()
    assert not app.exception
    assert said(app).count("Estimate: High") == 6
    assert [str(bar.proto.text) for bar in app.get("progress")] == ["6 of 6 ended"]
    # Back to one picture: what fits it stays chosen.
    app.segmented_control(key="launch-make").set_value("One picture").run()
    assert "**1 credit**" in said(app)


@pytest.mark.usefixtures("brand")
def test_a_failure_says_what_happened_what_to_do_and_offers_another_attempt() -> None:
    app = visitor()
    the_button(app).click().run()
    change(
        "update tryon_jobs set parameters = :p where origin = 'demo'", p='{"errors": ["no_person"]}'
    )
    work_off()
    app.run()
    assert "No person was found" in said(app)
    assert "Use a photo of one person from the front" in said(app)
    assert "Its credit is back." in said(app)
    assert "25 that you have" in said(app)
    before = app.query_params["launched"]
    app.button(key="launch-retry").click().run()
    assert not app.exception
    assert app.query_params["launched"] != before
    assert "next in the queue" in said(app)


@pytest.mark.usefixtures("brand")
def test_an_open_job_can_be_canceled_and_its_credit_comes_back() -> None:
    app = visitor()
    the_button(app).click().run()
    app.button(key="launch-cancel").click().run()
    app.run()
    assert rows("select status from tryon_jobs where origin = 'demo'") == [("canceled",)]
    assert "It was canceled; its credit is back." in said(app)
    assert "25 that you have" in said(app)


def test_without_credits_there_is_one_sentence_and_no_button_to_press(brand: UUID) -> None:
    change("update credit_accounts set balance = 0 where brand_id = :b", b=brand)
    app = at(signed_in("brand_manager", str(brand)), LAUNCH)
    assert the_button(app).disabled
    assert [note.value.split(":")[0] for note in app.warning] == ["Not enough credits"]


@pytest.mark.usefixtures("brand")
def test_the_demo_s_hour_is_said_and_held_to() -> None:
    app = visitor()
    (user,) = rows(
        "select id from users where role = 'demo_viewer' order by created_at desc limit 1"
    )
    one = jobs.Job(origin="demo", engine="preview", user=user.id, brand=None)
    jobs.launch(SYSTEM, [one] * 5)
    the_button(app).click().run()
    assert not app.exception
    assert len(rows("select from tryon_jobs where origin = 'demo'")) == 5
    assert the_button(app).disabled
    assert "0 left this hour" in said(app)
    assert any("come back in a while" in note.value for note in app.warning)


@pytest.mark.usefixtures("brand")
def test_a_silent_worker_is_said_and_keeps_nobody_from_launching() -> None:
    change("update procrastinate_workers set last_heartbeat = now() - interval '5 minutes'")
    app = visitor()
    assert any("No worker is running" in note.value for note in app.warning)
    assert not the_button(app).disabled


def test_a_brand_without_pictures_says_what_to_do() -> None:
    app = at(signed_in("brand_manager", empty_brand()), LAUNCH)
    assert not app.exception
    assert the_button(app).disabled
    to_do = "with a picture yet: drop in a picture of one below."
    assert f"No garment {to_do}" in said(app)
    assert [note.value for note in app.warning] == [f"No person {to_do}"]
    # Where nothing can be dropped in, there is something else to do.
    visitor = signed_in("demo_viewer")
    visitor.run()
    visitor.switch_page(LAUNCH).run()
    ((name,),) = rows("select name from brands where is_demo order by mrr, name limit 1")
    visitor.selectbox(key="brand").set_value(name).run()
    assert [note.value for note in visitor.warning] == [
        "This brand has no person with a picture: pick another one, or all of them."
    ]


@pytest.mark.usefixtures("brand")
@pytest.mark.parametrize(
    ("role", "sentence"),
    [("analyst", "Analysts look on"), ("admin", "Pick a brand")],
)
def test_who_cannot_launch_is_told_why(role: str, sentence: str) -> None:
    app = at(signed_in(role), LAUNCH)
    assert any(sentence in note.value for note in app.info)
    assert "launch" not in {button.key for button in app.button}


def test_the_team_launches_for_the_brand_that_it_picks(brand: UUID) -> None:
    app = at(signed_in("admin"), LAUNCH)
    ((name,),) = rows(f"select name from brands where id = '{brand}'")
    app.selectbox(key="brand").set_value(name).run()
    the_button(app).click().run()
    assert not app.exception
    (job,) = rows("select * from tryon_jobs where status = 'queued'")
    assert (job.brand_id, job.origin) == (brand, "studio")


@pytest.mark.usefixtures("brand")
def test_before_the_pictures_are_there_the_demo_says_so() -> None:
    change("delete from product_images")
    app = visitor()
    assert any("are being drawn" in note.value for note in app.info)


def upload(app: AppTest, *files: tuple[str, bytes, str]) -> None:
    app.file_uploader[0].set_value(list(files)).run()


def test_pictures_dropped_in_are_told_apart_chosen_and_deleted(
    brand: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tryon.guess.shows_person", lambda content: len(content) > 400)
    app = at(signed_in("brand_manager", str(brand)), LAUNCH)
    upload(
        app,
        ("me.png", picture("plum", (600, 800)), "image/png"),
        ("wool scarf.png", picture("gold"), "image/png"),
        ("notes.png", b"text", "image/png"),
    )
    assert not app.exception
    assert [note.value for note in app.success] == [
        "Taken: 1 person and 1 garment. Correct below what is wrong."
    ]
    assert [note.value for note in app.warning] == [
        r"notes.png: This is no picture: JPEG, PNG, WebP and HEIC files are read."
    ]
    (selfie,) = rows("select created_at, expires_at from stored_objects where kind = 'selfie'")
    assert round((selfie.expires_at - selfie.created_at) / timedelta(days=1)) == 30
    assert f"Deleted by itself on {selfie.expires_at:%-d %b %Y}." in said(app)
    the_button(app).click().run()
    (job,) = rows("select * from tryon_jobs where status = 'queued'")
    assert job.selfie_object_id is not None
    assert rows("select category from tryon_garments order by position") == [("scarves",)]
    assert "next in the queue" in said(app)
    work_off()
    app.run()
    app.button(key=f"forget-{job.selfie_object_id}").click().run()
    assert not app.exception
    assert any("Deleted" in note.value for note in app.success)
    assert rows("select from stored_objects where kind in ('selfie', 'result')") == []


@pytest.mark.usefixtures("brand")
@pytest.mark.parametrize("allowed", [True, False])
def test_a_demo_visitor_uploads_only_where_a_setting_allows_it(
    allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOSETAI_DEMO_UPLOADS", "on" if allowed else "off")
    settings.cache_clear()
    app = visitor()
    assert len(app.file_uploader) == (1 if allowed else 0)
    assert ("uploads are switched off" in said(app)) is not allowed
    if allowed:
        upload(app, ("jeans.png", picture("navy"), "image/png"))
        (stored,) = rows("select * from stored_objects where kind = 'garment'")
        assert stored.user_id is not None
        assert stored.brand_id is None


@pytest.mark.usefixtures("brand")
def test_a_session_that_is_over_launches_nothing() -> None:
    app = visitor()
    change("update sessions set revoked_at = now()")
    the_button(app).click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["ClosetAI"]
    assert rows("select from tryon_jobs where origin = 'demo'") == []


@pytest.mark.usefixtures("brand")
def test_a_problem_while_launching_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of ours")

    app = visitor()
    monkeypatch.setattr(queue, "wake", broken)
    the_button(app).click().run()
    assert not app.exception
    assert [note.value for note in app.warning] == [
        "This did not work just now; nothing was launched. Please try again."
    ]
    assert rows("select from tryon_jobs where origin = 'demo'") == []


ABLE = Offer("instant", "Instant", frozenset(Mode), 3, Decimal("0.039"))


def with_engine(monkeypatch: pytest.MonkeyPatch, offer: Offer) -> None:
    """Let there be one more engine, here or behind a key."""
    monkeypatch.setattr(registry, "offers", lambda: (*OFFERS[:1], offer))


OFFERS = registry.offers()


def test_only_what_an_engine_here_can_do_is_offered(
    brand: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_engine(monkeypatch, replace(ABLE, missing="Set INSTANT_KEY to use it."))
    app = at(signed_in("brand_manager", str(brand)), LAUNCH)
    assert "mode" not in {box.key for box in app.segmented_control}
    assert "**From prompt** (a picture from words alone): needs Instant." in said(app)
    assert "Instant: Set INSTANT_KEY to use it." in said(app)
    with_engine(monkeypatch, ABLE)
    app.run()
    assert app.segmented_control(key="mode").options == [
        "Try-on",
        "From prompt",
        "Photo + text",
        "Product shot",
        "Photo set",
    ]
    # What costs money says so before the click.
    app.selectbox(key="launch-engine-tryon").set_value("Instant").run()
    assert r"the engine takes from \$0.039 a picture" in said(app)


def test_words_alone_make_a_picture_where_an_engine_can(
    brand: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_engine(monkeypatch, ABLE)
    app = at(signed_in("brand_manager", str(brand)), LAUNCH)
    app.segmented_control(key="mode").set_value("From prompt").run()
    assert [note.value for note in app.warning] == ["Say in words what the picture is to show."]
    app.text_area(key="launch-prompt-from_prompt").set_value("A coat in the rain").run()
    the_button(app).click().run()
    assert not app.exception
    (job,) = rows("select * from tryon_jobs where status = 'queued'")
    assert (job.mode, job.prompt, job.engine) == ("from_prompt", "A coat in the rain", "instant")
    assert (job.persona_id, job.category) == (None, None)


def test_a_photo_set_is_of_a_persona_and_shows_how_far_it_is(
    brand: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_engine(monkeypatch, ABLE)
    app = at(signed_in("brand_manager", str(brand)), LAUNCH)
    app.segmented_control(key="mode").set_value("Photo set").run()
    app.text_area(key="launch-prompt-photo_set").set_value("By the sea").run()
    app.number_input(key="launch-count").set_value(3).run()
    assert "3 pictures · **3 credits**" in said(app)
    the_button(app).click().run()
    assert not app.exception
    assert rows("select style, photo_count from photo_sets where style = 'By the sea'") == [
        ("By the sea", 3)
    ]
    assert [str(bar.proto.text) for bar in app.get("progress")] == ["0 of 3 ended"]


def test_the_demo_uses_the_built_in_engine_whatever_else_there_is(
    brand: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert brand
    with_engine(monkeypatch, ABLE)
    app = visitor()
    assert "mode" not in {box.key for box in app.segmented_control}
    assert "Instant: The demo uses the built-in engines only." in said(app)


def test_a_database_that_stops_while_a_job_is_made_is_one_sentence(
    brand: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert brand
    app = visitor()
    the_button(app).click().run()
    read = queries.read

    def broken(name: str, scope: Scope, **params: queries.Parameter) -> queries.Answer:
        if name == "studio/launch_jobs":
            raise queries.QueryFailedError("the address of the database")
        return read(name, scope, **params)

    monkeypatch.setattr(queries, "read", broken)
    with caplog.at_level(logging.CRITICAL):
        app.run()
    assert not app.exception
    assert [note.value for note in app.warning] == [
        "The database does not answer just now. Your job is not lost; this goes on by itself."
    ]
    monkeypatch.setattr(queries, "read", read)
    work_off()
    app.run()
    assert "After: Ada with Red tee" in said(app)


def test_what_cannot_be_read_at_all_is_one_sentence_with_a_retry(
    brand: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert brand
    read = queries.read

    def broken(name: str, scope: Scope, **params: queries.Parameter) -> queries.Answer:
        if name == "studio/launch_garments":
            raise queries.QueryFailedError("no")
        return read(name, scope, **params)

    app = visitor()
    monkeypatch.setattr(queries, "read", broken)
    with caplog.at_level(logging.CRITICAL):
        app.run()
    assert not app.exception
    assert [note.value for note in app.error] == [
        "The pictures could not be read just now. Nothing is lost."
    ]
    monkeypatch.setattr(queries, "read", read)
    app.button(key="retry-launch").click().run()
    assert the_button(app).label == "Launch"
