"""Personas: from draft to ready, photo sets with their progress, and whose they are."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from database import connections
from database.tenancy import Scope
from settings import settings
from tests.rows import finish, insert
from tests.test_pages import at as opened
from tests.test_pages import brand_at, signed_in
from tests.test_wardrobe import picture
from tryon import personas
from tryon.casting import Casting
from tryon.demo import drawn
from tryon.jobs import JobError
from tryon.personas import PersonaError
from tryon.pictures import PictureError

PAGE = "pages/catalog/personas.py"


def casting_of(brand: UUID) -> Casting:
    with connections.owner() as connection:
        manager = insert(connection, "users", role="brand_manager")
    return Casting(lambda: Scope.of_brands([brand], manager), brand)


@pytest.fixture
def alder(database: object) -> Casting:  # noqa: ARG001
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Alder", slug="alder")
        connection.execute(text("select purchase_credits(null, :b, null, 9)"), {"b": brand})
    return casting_of(brand)


@pytest.fixture
def birch(alder: Casting) -> Casting:  # noqa: ARG001 – it comes second
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Birch", slug="birch")
    return casting_of(brand)


def test_a_persona_is_ready_when_a_person_is_seen(alder: Casting) -> None:
    dana = alder.add("  Dana   Fox ")
    (found,) = alder.personas()
    assert (found.name, found.status, found.picture) == ("Dana Fox", "draft", None)
    assert not alder.add_picture(dana, picture("Rose tank"))
    assert alder.persona(dana).status == "draft"
    assert alder.add_picture(dana, drawn.person("Dana").data)
    found = alder.persona(dana)
    assert (found.status, found.picture_count) == ("ready", 2)
    # The one with the person stands for it, though it came second.
    assert found.picture == alder.pictures(dana)[1]
    # The same picture again is the same picture.
    alder.add_picture(dana, drawn.person("Dana").data)
    assert alder.persona(dana).picture_count == 2
    alder.rename(dana, "Dana")
    assert alder.persona(dana).name == "Dana"
    for name in ("", "  ", "x" * 256):
        with pytest.raises(PersonaError, match="a name of"):
            alder.rename(dana, name)
    with pytest.raises(PictureError):
        alder.add_picture(dana, b"no picture")


def test_a_persona_goes_with_its_pictures(alder: Casting) -> None:
    dana, twin = alder.add("Dana"), alder.add("Twin")
    for persona in (dana, twin):
        alder.add_picture(persona, drawn.person("Dana").data)
    alder.delete(dana)
    assert alder.persona(twin).picture_count == 1
    alder.delete(twin)
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from stored_objects")) == 0
        assert connection.scalar(text("select count(*) from object_deletions")) == 1
    with pytest.raises(PersonaError, match="not there"):
        alder.delete(dana)


def test_a_photo_set_says_how_far_it_is_and_is_tried_again(
    alder: Casting, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = alder.add("Dana")
    assert "CLOSETAI_GEMINI_KEY" in (alder.lacking or "")
    monkeypatch.setenv("CLOSETAI_GEMINI_KEY", "marked-key-0123456789")
    settings.cache_clear()
    assert alder.lacking is None
    (engine,) = alder.engines.values()
    with pytest.raises(PersonaError, match="No picture shows a person"):
        alder.make_set(dana, engine, "Studio", 3, "k")
    alder.add_picture(dana, drawn.person("Dana").data)
    for style, count in ((" ", 3), ("x" * 501, 3), ("Studio", 0), ("Studio", 51)):
        with pytest.raises(PersonaError):
            alder.make_set(dana, engine, style, count, "k")
    assert alder.make_set(dana, engine, "Studio", 3, "k") == 3
    assert alder.make_set(dana, engine, "Studio", 3, "k") == 3  # the same ones
    assert alder.persona(dana).status == "processing"
    with connections.owner() as connection:
        jobs = list(connection.scalars(text("select id from tryon_jobs order by created_at")))
        assert len(jobs) == 3
        finish(connection, jobs[0], "completed")
        shown = insert(
            connection, "stored_objects", brand_id=alder.brand, key="r", content_hash=b"r",
            kind="result", media_type="image/webp", byte_count=1,
        )  # fmt: skip
        insert(connection, "job_outputs", job_id=jobs[0], object_id=shown)
        for one in jobs[1:]:
            finish(connection, one, "failed")
    (made,) = alder.photo_sets(dana)
    assert (made.wanted, made.completed, made.failed, made.is_running) == (3, 1, 2, False)
    assert made.pictures == (shown,)
    assert alder.persona(dana).status == "ready"
    assert alder.retry(str(made.id)) == 2
    assert alder.retry(str(made.id)) == 0
    (made,) = alder.photo_sets(dana)
    assert made.is_running
    with pytest.raises(JobError, match="credits"):
        alder.make_set(dana, engine, "Street", 50, "l")
    assert len(alder.photo_sets(dana)) == 1


def test_personas_are_their_brands(alder: Casting, birch: Casting) -> None:
    dana = alder.add("Dana")
    alder.add_picture(dana, drawn.person("Dana").data)
    assert birch.personas() == []
    assert birch.pictures(dana) == []
    assert birch.photo_sets(dana) == []
    for act in (birch.persona, birch.delete, lambda one: birch.rename(one, "Mine")):
        with pytest.raises(PersonaError, match="not there"):
            act(dana)
    with pytest.raises(PersonaError, match="not there"):
        birch.add_picture(dana, drawn.person("Dana").data)
    for scope in (Scope("demo", str(uuid4())), Scope()):
        with pytest.raises(PersonaError, match="cannot make"):
            personas.add(scope, alder.brand, "Theirs")
    # A shopper's own is not the brand's to see.
    with connections.owner() as connection:
        user = insert(connection, "users")
        insert(connection, "personas", user_id=user, brand_id=alder.brand, name="Me")
    assert [one.name for one in alder.personas()] == ["Dana"]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("role", "writes"), [("brand_manager", True), ("analyst", False), ("demo_viewer", False)]
)
def test_who_may_make_personas(role: str, writes: bool) -> None:
    brand, name = brand_at(3)
    app = opened(signed_in(role, *([brand] if role == "brand_manager" else [])), PAGE)
    if role != "brand_manager":
        app.selectbox(key="brand").select(name).run()
    assert not app.exception
    assert ("New persona" in [button.label for button in app.button]) == writes


@pytest.mark.usefixtures("demo")
def test_a_persona_opens_by_its_address_and_only_its_own_brands() -> None:
    (brand, _), (other, _) = brand_at(3), brand_at(4)
    mine, theirs = (casting_of(UUID(one)).add("Dana of one") for one in (brand, other))
    app = signed_in("brand_manager", brand)
    app.query_params["persona"] = mine
    opened(app, PAGE)
    assert not app.exception
    assert "Dana of one" in [one.value for one in app.header]
    for foreign in (theirs, "nonsense"):
        app = signed_in("brand_manager", brand)
        app.query_params["persona"] = foreign
        opened(app, PAGE)
        assert not app.exception
        assert not app.header
        assert len(app.warning) == 1
