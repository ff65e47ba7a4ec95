"""Deleting a person: nothing personal remains anywhere, and the brand's counts stay."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from database import connections, rollups
from database.tenancy import Scope
from tests.rows import Tenant, assert_every_table_has_a_row, fill, fill_shared, insert, job

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def person() -> Tenant:
    """Somebody with a row in every table, beside somebody else of the same kind."""
    with connections.owner() as connection:
        fill_shared(connection)
        fill(connection, "other")
        tenant = fill(connection, "nord")
        # What others wrote down about them.
        for detail in (f'{{"whom": "{tenant.user}"}}', f'{{"to": "{tenant.mark}@EXAMPLE.test"}}'):
            connection.execute(
                text("insert into audit_log (action, detail) values ('x', cast(:detail as jsonb))"),
                {"detail": detail},
            )
    rollups.fold_all()
    with connections.owner() as connection:
        assert_every_table_has_a_row(connection)
    return tenant


def delete(user: UUID) -> None:
    with connections.writer(Scope.system()) as connection:
        found = connection.execute(text("delete from users where id = :id"), {"id": user})
        assert found.rowcount == 1
    rollups.fold_all()


def mentions(connection: Connection, words: list[str]) -> list[str]:
    """The columns of the whole database in which one of the words occurs, in whatever type."""
    tables = connection.scalars(
        text(
            "select oid::regclass::text from pg_class where relkind in ('r', 'm')"
            " and relnamespace = 'public'::regnamespace"
        )
    ).all()
    found = []
    for table in tables:
        columns = connection.execute(
            text(
                "select e.key, count(*) from (select to_jsonb(t) as row from "
                f"{table} t) r cross join lateral jsonb_each_text(r.row) as e (key, value)"
                " where lower(e.value) like any (:patterns) group by 1"
            ),
            {"patterns": [f"%{word.lower()}%" for word in words]},
        )
        found += [f"{table}.{row.key}" for row in columns]
    return sorted(found)


def words_of(person: Tenant) -> list[str]:
    return [
        str(person.user),
        person.mark,
        person.mark.encode().hex(),
        str(person.telegram),
        str(person.account),
    ]


def counts(connection: Connection, brand: UUID) -> dict[str, list[Any]]:
    """What a brand is shown of its shoppers, by everything that it is counted by."""
    questions = {
        "jobs": "select origin, category, device, engine, confidence, created_at, finished_at,"
        " credits, engine_cost_usd, count(*) from tryon_jobs where brand_id = :brand"
        " and status in ('completed', 'failed') group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 6, 7",
        "launched": "select count(*), count(distinct user_id) from tryon_jobs"
        " where brand_id = :brand",
        "shoppers": "select count(*), min(first_job_at) from shoppers where brand_id = :brand",
        "days": "select created_at::date, count(*), count(distinct user_id) from tryon_jobs"
        " where brand_id = :brand group by 1 order by 1",
        "revenue": "select sum(amount), count(distinct user_id) from purchases"
        " where brand_id = :brand",
        "returns": "select sum(amount) from purchase_returns where brand_id = :brand",
        "attributed": "select p.purchased_at, p.amount, t.source, t.touched_at from purchases p"
        " join touches t on t.user_id = p.user_id and t.brand_id = p.brand_id"
        " where p.brand_id = :brand order by 1, 4",
        "touches": "select source, count(*), count(distinct user_id) from touches"
        " where brand_id = :brand group by 1",
        "verdicts": "select approved, drawn_at_random from job_verdicts where brand_id = :brand",
        "nps": "select score, count(*) from nps_responses where brand_id = :brand group by 1",
        "mrr": "select mrr from brands where id = :brand",
        "studio": "select balance from credit_accounts where brand_id = :brand",
        "same_person": "select count(distinct u) from (select user_id as u from tryon_jobs"
        " where brand_id = :brand union all select user_id from purchases where brand_id = :brand"
        " union all select user_id from shoppers where brand_id = :brand) x",
    }
    return {
        name: [tuple(row) for row in connection.execute(text(question), {"brand": brand})]
        for name, question in questions.items()
    }


def test_nothing_personal_remains_in_any_column(person: Tenant) -> None:
    words = words_of(person)
    with connections.owner() as connection:
        before = mentions(connection, words)
        products = connection.scalar(text("select count(*) from product_images"))
    # The search finds them where they are: without this it would prove nothing.
    assert len(before) > 45
    assert {"tryon_jobs.prompt", "purchases.order_id", "stored_objects.content_hash"} <= set(before)
    delete(person.user)
    with connections.owner() as connection:
        assert mentions(connection, words) == []
        assert connection.scalar(text("select count(*) from product_images")) == products


def test_the_brands_counts_stay(person: Tenant) -> None:
    with connections.owner() as connection:
        before = counts(connection, person.brand)
    assert all(rows and rows[0][0] is not None for rows in before.values())
    delete(person.user)
    with connections.owner() as connection:
        after = counts(connection, person.brand)
    # A studio job that waited is canceled, and its credit goes back to the brand.
    assert after.pop("studio") == [(before.pop("studio")[0][0] + 1,)]
    assert after == before


def test_the_tombstone_is_random_and_bears_nothing(person: Tenant) -> None:
    delete(person.user)
    with connections.owner() as connection:
        row = (
            connection.execute(text("select * from users where role = 'tombstone'"))
            .mappings()
            .one()
        )
        assert row["id"].version == 4, "an id made of time would tell when"
        assert row["anon_id"] == f"deleted_{row['id']}"
        assert row["created_at"].time().isoformat() == "00:00:00"
        kept = {name for name, value in row.items() if value not in (None, False)}
        assert kept == {"id", "role", "anon_id", "created_at", "updated_at"}
        of_tombstone = "select count(*) from tryon_jobs where user_id = :id"
        assert connection.scalar(text(of_tombstone), {"id": row["id"]}) == len(person.jobs)
        account = "select count(*) from credit_accounts where user_id = :id"
        assert connection.scalar(text(account), {"id": row["id"]}) == 0


def test_two_deletions_leave_two_tombstones_that_nothing_joins(person: Tenant) -> None:
    with connections.owner() as connection:
        others = connection.scalars(
            text("select id from users where role <> 'tombstone' and id <> :id"),
            {"id": person.user},
        ).all()
    for user in [person.user, *others]:
        delete(user)
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from users")) == 2
        assert connection.scalar(text("select count(distinct id) from users")) == 2


def test_the_persons_pictures_are_queued_for_erasure_and_the_brands_stay(person: Tenant) -> None:
    keys = text("select key from stored_objects where content_hash = :hash")
    with connections.owner() as connection:
        theirs = set(connection.scalars(keys, {"hash": person.mark.encode()}))
        products = set(connection.scalars(keys, {"hash": b"product"}))
    assert len(products) == 2
    assert len(theirs) >= 7
    delete(person.user)
    with connections.owner() as connection:
        queued = set(connection.scalars(text("select key from object_deletions")))
        assert theirs <= queued
        assert not products & queued
        left = set(connection.scalars(text("select key from stored_objects")))
        assert products <= left
        assert not theirs & left


def test_jobs_that_wait_are_canceled_and_finished_ones_keep_their_state(person: Tenant) -> None:
    delete(person.user)
    with connections.owner() as connection:
        states = {
            name: connection.scalar(
                text("select status::text from tryon_jobs where id = :id"), {"id": job_id}
            )
            for name, job_id in person.jobs.items()
        }
    assert states == {
        "earlier": "completed",
        "completed": "completed",
        "failed": "failed",
        "queued": "canceled",
        "studio": "canceled",
        "demo": "canceled",
    }


def test_somebody_who_did_nothing_leaves_no_tombstone() -> None:
    with connections.writer(Scope.system()) as connection:
        user = insert(connection, "users", email="ada@example.test")
    delete(user)
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from users")) == 0
        assert connection.scalar(text("select count(*) from credit_accounts")) == 0


def test_people_delete_themselves_and_nobody_else(person: Tenant) -> None:
    with connections.writer(Scope.system()) as connection:
        stranger = insert(connection, "users")
    itself = Scope(user=str(stranger))
    with connections.writer(itself) as connection:
        gone = connection.execute(text("delete from users where id = :id"), {"id": person.user})
        assert gone.rowcount == 0
        job(connection, user_id=stranger)
        gone = connection.execute(text("delete from users where id = :id"), {"id": stranger})
        assert gone.rowcount == 1


def test_a_tombstone_holds_no_name() -> None:
    with connections.owner() as connection, pytest.raises(Exception, match="check constraint"):
        insert(connection, "users", role="tombstone", email="ada@example.test")
