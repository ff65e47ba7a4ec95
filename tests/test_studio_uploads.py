"""What is dropped into the studio: told apart, kept, corrected, deleted."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from skimage import data
from sqlalchemy import text

from database import connections
from database.embedded import Cluster
from database.tenancy import Scope
from settings import settings
from tests.rows import insert
from tryon import guess, storage, uploads
from tryon.engines import Category, garments
from tryon.uploads import UploadError

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime.now(UTC)


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="module")
def astronaut() -> bytes:
    photograph = data.astronaut()  # type: ignore[no-untyped-call]
    return encoded(Image.fromarray(photograph), "JPEG")


@pytest.fixture(scope="module")
def jeans() -> bytes:
    (found,) = (one for one in garments.collection() if one.name == "Indigo jeans")
    return garments.draw(found).encoded()


def made(table: str, **values: object) -> UUID:
    with connections.owner() as connection:
        found = insert(connection, table, **values)
    assert isinstance(found, UUID)
    return found


def value(statement: str) -> object:
    with connections.owner() as connection:
        return connection.execute(text(statement)).scalar_one()


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("denim_jacket.jpg", Category.JACKETS),
        ("Short-sleeve T-Shirt 2.png", Category.TOPS),
        ("shirt dress.webp", Category.DRESSES),
        ("IMG_2041-boots.heic", Category.BOOTS),
    ],
)
def test_the_words_of_a_name_say_what_a_garment_is(name: str, category: Category) -> None:
    assert guess.category(name, encoded(Image.new("RGB", (64, 64)))) is category


@pytest.mark.parametrize("garment", garments.collection()[::3], ids=lambda one: one.name)
def test_without_words_the_outline_says_it(garment: garments.Garment) -> None:
    picture = garments.draw(garment).encoded()
    assert guess.category("IMG_0001.png", picture) is garment.category
    assert not guess.shows_person(picture)


def test_nothing_on_a_backdrop_is_a_guess_all_the_same() -> None:
    assert guess.category("1.png", encoded(Image.new("RGB", (64, 64), "teal"))) is Category.TOPS


@pytest.fixture
def brand() -> UUID:
    return made("brands", name="Nord", slug="nord")


@pytest.fixture
def studio(brand: UUID) -> Scope:
    return Scope.of_brands([brand], made("users", role="brand_manager", email="m@a.example"))


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch, database: Cluster) -> Scope:
    assert database
    monkeypatch.setenv("CLOSETAI_DEMO_UPLOADS", "on")
    settings.cache_clear()
    return Scope("demo", str(made("users", role="demo_viewer", is_demo=True)))


def test_a_person_is_kept_as_a_photo_that_expires(
    studio: Scope, brand: UUID, astronaut: bytes
) -> None:
    kept = uploads.take(studio, brand, "me.jpg", astronaut, NOW)
    assert kept.kind == "photo"
    with connections.owner() as connection:
        row = connection.execute(text("select * from stored_objects")).one()
    assert (row.id, row.kind, row.brand_id, row.user_id) == (
        kept.id,
        "selfie",
        brand,
        None,
    )
    assert row.expires_at == NOW + timedelta(days=30)


def test_a_garment_goes_into_the_wardrobe_and_can_be_corrected(
    studio: Scope, brand: UUID, jeans: bytes
) -> None:
    kept = uploads.take(studio, brand, "IMG_1.png", jeans, NOW)
    assert kept.kind == "item"
    assert kept.category is Category.BOTTOMS
    uploads.categorize(studio, kept.id, Category.BOOTS)
    with connections.owner() as connection:
        row = connection.execute(text("select * from wardrobe_items")).one()
    assert (row.category, row.name, row.brand_id) == ("boots", "IMG_1", brand)
    assert str(row.user_id) == studio.user
    other = Scope.of_brands([brand], made("users"))
    with pytest.raises(UploadError, match="not there any more"):
        uploads.categorize(other, kept.id, Category.BAGS)
    assert not uploads.remove(other, kept.id)
    assert uploads.remove(studio, kept.id)
    assert value("select count(*) from stored_objects") == 0


def test_what_was_taken_for_the_other_is_kept_as_it_should_be(
    studio: Scope, brand: UUID, astronaut: bytes
) -> None:
    photo = uploads.take(studio, brand, "suit.jpg", astronaut, NOW)
    assert photo.kind == "photo"
    item = uploads.call_garment(studio, brand, photo.id, NOW)
    kinds = "select string_agg(kind || (expires_at is not null), ',') from stored_objects"
    assert value(kinds) == "garmentfalse"
    again = uploads.call_person(studio, brand, item.id, NOW)
    assert value(kinds) == "selfietrue"
    assert value("select count(*) from wardrobe_items") == 0
    with connections.writer(studio) as connection:
        assert storage.load(connection, again.id)


def test_what_is_no_picture_is_one_sentence_and_leaves_nothing(studio: Scope, brand: UUID) -> None:
    for content in (b"", b"text", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(UploadError, match=r"^[A-Z][^\n]*\.$"):
            uploads.take(studio, brand, "me.png", content, NOW)
    assert value("select count(*) from stored_objects") == 0


def test_a_demo_visitor_s_pictures_are_their_own_and_few(
    demo: Scope, jeans: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "DEMO_PICTURES", 1)
    uploads.take(demo, None, "jeans.png", jeans, NOW)
    assert str(value("select user_id from stored_objects")) == demo.user
    assert value("select brand_id from stored_objects") is None
    with pytest.raises(UploadError, match="keeps 1 pictures"):
        uploads.take(demo, None, "more.png", jeans, NOW)


def test_the_demo_takes_nothing_unless_a_setting_allows_it(
    demo: Scope, jeans: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLOSETAI_DEMO_UPLOADS")
    settings.cache_clear()
    for scope in (demo, Scope(f"demo:{UUID(int=1)}", demo.user)):
        with pytest.raises(UploadError, match="switched off"):
            uploads.take(scope, None, "jeans.png", jeans, NOW)
    assert value("select count(*) from stored_objects") == 0
