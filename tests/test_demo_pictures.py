"""The demo's pictures: made once, however often it is broken off; seen by whom they are for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from database import connections
from database.connections import DatabaseUnavailableError
from database.demo import held
from database.tenancy import Scope
from tests.rows import fill, insert
from tryon import demo, storage

pytestmark = pytest.mark.usefixtures("changed")

SYSTEM = Scope.system()


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw two persons and three garments: all of them take half a minute."""
    for name, wanted in (("PEOPLE", {"Ada", "Dana"}), ("GARMENTS", {"T01", "T07", "T26"})):
        every: Mapping[str, Any] = getattr(demo, name)
        monkeypatch.setattr(demo, name, {one: every[one] for one in every if one in wanted})


def rows(question: str, **values: Any) -> list[Any]:
    with connections.owner() as connection:
        return list(connection.execute(text(question), values))


def number(question: str, **values: Any) -> int:
    return int(rows(question, **values)[0][0])


PICTURES = """
    select b.name, 'persona' as kind, p.name as what, o.key
    from personas p
    inner join brands b on b.id = p.brand_id
    inner join persona_pictures x on x.persona_id = p.id
    inner join stored_objects o on o.id = x.object_id and o.brand_id = b.id and o.user_id is null
    where p.status = 'ready' and p.thumbnail_object_id = o.id
    union all
    select b.name, 'product', g.sku, o.key
    from products g
    inner join brands b on b.id = g.brand_id
    inner join product_images x on x.product_id = g.id and x.is_primary
    inner join stored_objects o on o.id = x.object_id and o.brand_id = b.id and o.user_id is null
    order by 1, 2, 3
"""


@pytest.mark.usefixtures("demo")
def test_the_largest_brands_and_the_sample_manager_s_have_persons_and_garments() -> None:
    ranked = rows("select id, name from brands where mrr > 0 order by mrr desc, name limit 40")
    with connections.owner() as connection:
        manager = insert(connection, "users", role="brand_manager", email="m@example.com")
        insert(connection, "brand_members", brand_id=ranked[30].id, user_id=manager)
    there = number("select count(*) from personas where brand_id = :id", id=ranked[0].id)
    demo.make_pictures()
    made = rows(PICTURES)
    assert {row.name for row in made} == {ranked[place].name for place in (0, 1, 2, 30)}
    assert len(made) == len({row.key for row in made}) == 4 * 5
    # A persona that was there without a picture is not made a second time.
    assert there == 1
    after = number("select count(*) from personas where brand_id = :id", id=ranked[0].id)
    assert after in (2, 3)
    demo.make_pictures()
    assert rows(PICTURES) == made
    assert number("select count(*) from stored_objects") == len(made)


@pytest.mark.usefixtures("demo")
def test_broken_off_anywhere_it_goes_on_and_makes_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record, calls = storage.record, 0

    def dies_after_some(*arguments: Any, **named: Any) -> UUID:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise DatabaseUnavailableError("The database does not answer.")
        return record(*arguments, **named)

    monkeypatch.setattr(storage, "record", dies_after_some)
    for _ in range(9):
        with pytest.raises(DatabaseUnavailableError):
            demo.make_pictures()
        # Who is largest changes meanwhile; the choice stands.
        with connections.owner() as connection:
            connection.execute(text("update brands set mrr = 1e6 - mrr"))
    demo.make_pictures()
    made = rows(PICTURES)
    assert len(made) == 4 * 5
    assert len({row.name for row in made}) == 4
    assert number("select count(*) from stored_objects") == len(made)


@pytest.mark.usefixtures("demo")
def test_visitors_team_and_brand_see_them_and_nobody_else() -> None:
    demo.make_pictures()
    owners = rows("select distinct brand_id from stored_objects")
    brand, other = (row.brand_id for row in owners[:2])
    stranger = rows("select id from brands where id <> all(:ids)", ids=[r[0] for r in owners])[0].id
    with connections.owner() as connection:
        visitor = insert(connection, "users", role="demo_viewer", is_demo=True)

    def seen(scope: Scope) -> tuple[int, int]:
        """How many of this brand's, and how many in all."""
        count = text(
            "select count(*) filter (where brand_id = :brand), count(*) from stored_objects"
        )
        with connections.writer(scope) as connection:
            mine, every = connection.execute(count, {"brand": brand}).one()
            return mine, every

    assert seen(SYSTEM) == (5, 20)
    assert seen(Scope("demo", str(visitor))) == (5, 20)
    assert seen(Scope("demo").narrowed_to(brand)) == (5, 5)
    assert seen(Scope.of_brands([brand])) == (5, 5)
    assert seen(Scope.of_brands([other])) == (0, 5)
    assert seen(Scope.of_brands([stranger])) == (0, 0)
    assert seen(Scope(user=str(visitor))) == (0, 0)
    assert seen(Scope()) == (0, 0)


@pytest.mark.usefixtures("database")
def test_a_database_without_demo_data_gets_none() -> None:
    with connections.owner() as connection:
        fill(connection, "nord", is_demo=True)
    before = number("select count(*) from stored_objects"), number("select count(*) from products")
    demo.make_pictures()
    after = number("select count(*) from stored_objects"), number("select count(*) from products")
    assert after == before


@pytest.mark.usefixtures("demo")
def test_it_waits_while_demo_data_is_being_filled_in() -> None:
    with connections.owner() as connection:
        connection.execute(text("update demo_state set completed_at = null"))
    demo.make_pictures()
    assert number("select count(*) from stored_objects") == 0
    with connections.owner() as connection:
        connection.execute(text("update demo_state set completed_at = now()"))
    with held() as complete:
        assert complete
        demo.make_pictures()
        assert number("select count(*) from stored_objects") == 0
    demo.make_pictures()
    assert number("select count(*) from stored_objects") == 20


def test_pictures_are_the_same_each_time() -> None:
    first = demo.person_picture("Ada"), demo.garment_picture("T07")
    demo.person_picture.cache_clear()
    demo.garment_picture.cache_clear()
    assert (demo.person_picture("Ada"), demo.garment_picture("T07")) == first
    assert max(first[0].width, first[0].height) == demo.SIDE
