"""From what was chosen to jobs: which ones, once, on whose credits."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from database import connections
from database.tenancy import Scope
from tests.rows import insert
from tryon import launches
from tryon.engines import Category, Mode
from tryon.jobs import Garment, JobError, Launched, NotEnoughCreditsError
from tryon.launches import Person, Wish

pytestmark = pytest.mark.usefixtures("database")


def add(table: str, **values: Any) -> Any:
    with connections.owner() as connection:
        return insert(connection, table, **values)


def rows(question: str) -> list[Any]:
    with connections.owner() as connection:
        return list(connection.execute(text(question)))


@pytest.fixture
def brand() -> UUID:
    found: UUID = add("brands", name="Nord", slug="nord")
    with connections.owner() as connection:
        connection.execute(text("select purchase_credits(null, :b, null, 20)"), {"b": found})
    return found


@pytest.fixture
def manager(brand: UUID) -> Scope:
    return Scope.of_brands([brand], add("users", role="brand_manager", email="m@a.example"))


@pytest.fixture
def persons(brand: UUID) -> tuple[Person, ...]:
    return tuple(Person(persona=add("personas", brand_id=brand, name=name)) for name in "AB")


@pytest.fixture
def garments(brand: UUID) -> tuple[Garment, ...]:
    return tuple(
        Garment(
            product=add("products", brand_id=brand, name=category, category=category),
            category=category,
        )
        for category in (Category.TOPS, Category.BOTTOMS, Category.HATS)
    )


def test_garments_are_worn_together(
    brand: UUID, manager: Scope, persons: tuple[Person, ...], garments: tuple[Garment, ...]
) -> None:
    wish = Wish(Mode.TRYON, "instant", persons[:1], garments)
    (made,) = launches.launch(manager, "studio", brand, wish, "one").jobs
    (row,) = rows("select * from tryon_jobs")
    assert row.id == made
    assert (row.origin, row.mode, row.category, row.priority) == ("studio", "tryon", "tops", 10)
    assert (row.brand_id, str(row.user_id), row.persona_id) == (
        brand,
        manager.user,
        persons[0].persona,
    )
    worn = rows("select product_id, category from tryon_garments order by position")
    assert worn == [(one.product, one.category) for one in garments]


def test_a_batch_puts_each_garment_on_each_person(
    brand: UUID, manager: Scope, persons: tuple[Person, ...], garments: tuple[Garment, ...]
) -> None:
    wish = Wish(Mode.TRYON, "instant", persons, garments, batch="Autumn")
    launched = launches.launch(manager, "studio", brand, wish, "one")
    assert len(launched.jobs) == 6
    pairs = rows(
        "select j.persona_id, g.product_id from tryon_jobs j"
        " join tryon_garments g on g.job_id = j.id"
        " where j.priority = 0 and j.batch_id is not null order by j.created_at"
    )
    assert pairs == [(p.persona, g.product) for p in persons for g in garments]


@pytest.mark.parametrize("batch", [None, "Autumn"])
def test_the_same_key_launches_once_however_often_and_at_once(
    brand: UUID,
    manager: Scope,
    persons: tuple[Person, ...],
    garments: tuple[Garment, ...],
    batch: str | None,
) -> None:
    wish = Wish(Mode.TRYON, "instant", persons if batch else persons[:1], garments, batch=batch)

    def launch(_number: int) -> Launched:
        return launches.launch(manager, "studio", brand, wish, "one")

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(launch, range(8)))
    assert len(made) == 1
    assert len(rows("select from tryon_jobs")) == (6 if batch else 1)
    assert len(rows("select from batches")) == (1 if batch else 0)
    assert rows("select balance from credit_accounts where brand_id is not null") == [
        (14 if batch else 19,)
    ]
    launches.launch(manager, "studio", brand, wish, "two")
    assert len(rows("select from batches")) == (2 if batch else 0)


def test_a_photo_set_is_many_pictures_of_one_persona(
    brand: UUID, manager: Scope, persons: tuple[Person, ...]
) -> None:
    wish = Wish(Mode.PHOTO_SET, "instant", persons[:1], prompt="in the rain", count=5)
    launched = launches.launch(manager, "studio", brand, wish, "one")
    again = launches.launch(manager, "studio", brand, wish, "one")
    assert launched == again
    ((style, count, jobs),) = rows(
        "select s.style, s.photo_count, count(*) from photo_sets s"
        " join tryon_jobs j on j.photo_set_id = s.id and j.prompt = s.style group by s.id"
    )
    assert (style, count, jobs) == ("in the rain", 5, 5)
    photo = Wish(Mode.PHOTO_SET, "instant", (Person(photo=uuid4()),), prompt="x", count=2)
    with pytest.raises(JobError, match="of a persona"):
        launches.launch(manager, "studio", brand, photo, "two")


@pytest.mark.parametrize(
    ("mode", "count", "person", "worn"),
    [
        (Mode.TRYON, 1, True, 3),
        (Mode.FROM_PROMPT, 1, False, 0),
        (Mode.PHOTO_TEXT, 1, True, 0),
        (Mode.PRODUCT_SHOT, 3, False, 1),
    ],
)
def test_each_kind_of_job_takes_what_it_needs(
    persons: tuple[Person, ...],
    garments: tuple[Garment, ...],
    mode: Mode,
    count: int,
    person: bool,
    worn: int,
) -> None:
    made = launches.jobs_of(Wish(mode, "instant", persons[:1], garments, "in the rain"))
    assert len(made) == count
    assert all(job.prompt == "in the rain" for job in made)
    assert {job.persona is not None for job in made} == {person}
    assert {len(job.garments) for job in made} == {worn}


def test_what_cannot_be_launched_is_one_sentence_and_leaves_nothing(
    brand: UUID, manager: Scope, persons: tuple[Person, ...], garments: tuple[Garment, ...]
) -> None:
    many = Wish(Mode.TRYON, "instant", persons * 4, garments, batch="Autumn")
    with pytest.raises(NotEnoughCreditsError, match="these 24 jobs need 24"):
        launches.launch(manager, "studio", brand, many, "one")
    too_many = Wish(Mode.TRYON, "instant", persons * 20, garments, batch="Autumn")
    with pytest.raises(JobError, match=r"At most 100 .* these are 120\."):
        launches.launch(manager, "studio", brand, too_many, "one")
    other = add("brands", name="Other", slug="other")
    one = Wish(Mode.TRYON, "instant", persons[:1], garments)
    with pytest.raises(JobError, match="for this brand"):
        launches.launch(manager, "studio", other, one, "one")
    assert rows("select from tryon_jobs") == []
    assert rows("select from batches") == []
