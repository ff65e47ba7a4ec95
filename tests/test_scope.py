"""Brand B's rows as brand A: through every query, through the cache, and through the address."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import Connection, text

import queries
from accounts import users
from database import demo, rollups
from database.connections import owner
from database.embedded import Cluster
from database.tenancy import Scope
from tests import rows

# What the queries ask for, by the name of the parameter. A query with one that is not here fails.
# Days and rows are added beside the data: a run may begin on one day and end on the next.
VALUES: dict[str, queries.Parameter] = {
    "policy": "stripe",
    "origin": "all",
    "kind": "all",
    "danger": "past_due",
    "model": "linear",
    "source": "any",
    "reached": "launched",
    "step": "day",
    "phase": "queue",
    "split": "none",
    "over": "category",
    "part": "all",
    "mode": "on",
    "numbers": "0,1,2",
    "category": "all",
    "device": "all",
    "day_number": 7,
    "bin_count": 10,
    "row_count": 1000,
    "dated": "launched",
    "engine": "all",
    "status": "all",
    "failure": "all",
    "weekday_number": 0,
    "hour_number": -1,
    "bin_number": -1,
    "reason": "all",
    "shopper": "all",
    "verdict": "all",
    "payer": "brand",
    "named": "",
    "in_batch": "none",
    "first_period": 0,
    "next_period": 1000,
    "batch": "all",
    "favorite": "all",
    "tag": "all",
    "field": "all",
    "field_value": "",
    "is_active": "all",
    "paid": "all",
    "product_id": "00000000-0000-7000-8000-000000000000",
    "words": "",
    "before_at": datetime(2100, 1, 1, tzinfo=UTC),
    "before_id": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "look_count": 1000,
}

# What is no brand's own: figures of the field, published without names, what the data is, and how
# long engines take at present.
PUBLIC = {"revenue/benchmark", "data/state", "studio/launch_pace"}


def read(name: str, scope: Scope) -> pd.DataFrame:
    wanted = queries._question(name).parameters
    return queries.read(name, scope, **{key: VALUES[key] for key in wanted}).frame


def everything(scope: Scope) -> dict[str, pd.DataFrame]:
    """Every query's answer, none of them from the cache."""
    queries._cached.clear()
    return {name: read(name, scope) for name in queries.names()}


def differing(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> set[str]:
    def equal(name: str) -> bool:
        try:
            assert_frame_equal(one[name], other[name])
        except AssertionError:
            return False
        return True

    return {name for name in one if not equal(name)}


def amounts(frame: pd.DataFrame) -> list[object]:
    """Every figure that says something: neither missing nor zero. The axis of days is none."""
    figures = frame.drop(columns="day_number", errors="ignore")
    values = [value for name in figures for value in figures[name] if pd.notna(value)]
    return [value for value in values if isinstance(value, int | float | Decimal) and value != 0]


class Two(NamedTuple):
    a: UUID
    b: UUID


@pytest.fixture
def brands(database: Cluster) -> Two:  # noqa: ARG001 – it must be there first
    """Demo data with the two busiest brands of it. B is no demo brand."""
    today = datetime.now(UTC).date()
    VALUES.update(since=today - timedelta(days=400), until=today, as_of=today)
    demo.seed(jobs=2000)
    with owner() as connection:
        ids = connection.execute(
            text("select brand_id from tryon_jobs group by brand_id order by count(*) desc limit 2")
        )
        two = Two(*ids.scalars())
        connection.execute(text("update brands set is_demo = false where id = :b"), {"b": two.b})
        # So little demo data may have no reviews of the two, and no failures.
        connection.execute(
            text(
                "insert into reviews (job_id, brand_id, approved, reasons, drawn)"
                " select id, brand_id, approved,"
                " case when approved then '{}' else array['hands'] end, 'random'"
                " from (select *, row_number() over (order by id) % 3 > 0 as approved"
                " from tryon_jobs) j"
                " where brand_id in (:a, :b) and status = 'completed'"
            ),
            two._asdict(),
        )
        connection.execute(
            text(
                "insert into subscriptions (brand_id, status, unit_amount, changed_at)"
                " select x.id, 'past_due', x.amount, now() - interval '9 days'"
                " from (values (cast(:a as uuid), 10), (cast(:b as uuid), 20)) as x (id, amount)"
            ),
            two._asdict(),
        )
        yesterday = datetime.now(UTC) - timedelta(days=1)
        for brand in (two.a, two.b):
            rows.job(
                connection,
                brand_id=brand,
                status="failed",
                failure_code="no_person",
                created_at=yesterday,
                started_at=yesterday,
                finished_at=yesterday,
            )
            rows.insert(connection, "nps_responses", brand_id=brand, score=9, answered_at=yesterday)
        _one_job_in_full(connection, two.b)
    return two


def _one_job_in_full(connection: Connection, brand: UUID) -> None:
    """Ask for a job of this brand's from now on: one with everything that a job can have."""
    buy = text("select purchase_credits(null, :brand, null, 5)")
    connection.execute(buy, {"brand": brand})
    connection.execute(
        text(
            "update credit_ledger set created_at = now() - interval '2 days' where account_id ="
            " (select id from credit_accounts where brand_id = :brand)"
        ),
        {"brand": brand},
    )
    job = rows.job(connection, brand_id=brand, origin="studio")
    rows.finish(connection, job, "completed")
    picture = rows.insert(
        connection,
        "stored_objects",
        brand_id=brand,
        key="result/one",
        content_hash=b"one",
        kind="result",
        media_type="image/webp",
        byte_count=1,
        created_at=datetime.now(UTC) - timedelta(days=2),
    )
    rows.insert(connection, "job_outputs", job_id=job, object_id=picture)
    rows.insert(connection, "batches", brand_id=brand, name="Autumn")
    rows.insert(connection, "job_attempts", job_id=job, number=1, engine="classic")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for reviewer in (None, rows.insert(connection, "users", role="analyst")):
        rows.insert(
            connection,
            "reviews",
            job_id=job,
            brand_id=brand,
            reviewer_id=reviewer,
            approved=False,
            drawn="newest",
            created_at=yesterday,
        )
    pair = rows.insert(
        connection,
        "job_pairs",
        brand_id=brand,
        one_job_id=job,
        other_job_id=rows.job(connection, brand_id=brand, origin="studio"),
        one_engine="classic 1",
        other_engine="classic 2",
    )
    rows.insert(connection, "pair_votes", pair_id=pair, brand_id=brand, better="one")
    rows.insert(connection, "personas", brand_id=brand, thumbnail_object_id=picture)
    product = rows.insert(connection, "products", brand_id=brand, name="Coat", category="tops")
    rows.insert(connection, "product_images", product_id=product, object_id=picture)
    rows.insert(connection, "tryon_garments", job_id=job, position=0, product_id=product)
    VALUES["job_id"] = VALUES["job_ids"] = str(job)
    VALUES["product_id"] = str(product)


def test_no_query_and_no_cache_gives_brand_a_anything_of_brand_b(brands: Two) -> None:
    a, b, both = (Scope.of_brands(ids) for ids in ([brands.a], [brands.b], brands))
    of_a, of_b, of_both, of_nobody = (everything(scope) for scope in (a, b, both, Scope()))

    # The queries do answer, and differ by scope; else what follows would show nothing.
    assert differing(of_b, of_nobody) >= set(queries.names()) - PUBLIC
    assert differing(of_a, of_both) >= {"revenue/mrr_total", "tryons/volume_total", "brands/list"}

    # Nobody's scope sees nothing.
    assert {name: amounts(of_nobody[name]) for name in of_nobody if name not in PUBLIC} == {
        name: [] for name in of_nobody if name not in PUBLIC
    }

    # Read as B, as both and as everybody first: the cache then has all of B's rows.
    queries._cached.clear()
    for scope in (b, both, Scope.system(), Scope(brands="demo")):
        for name in queries.names():
            read(name, scope)
    cached = {name: read(name, a) for name in queries.names()}
    assert differing(cached, of_a) == set()

    # Without B there is no difference to A, and none to a visitor of the demo.
    of_demo = everything(Scope(brands="demo"))
    with owner() as connection:
        # Its own references would keep it: all of its rows go.
        connection.execute(text("set local session_replication_role = replica"))
        for table in connection.execute(
            text(
                "select c.table_name from information_schema.columns c"
                " join information_schema.tables t using (table_schema, table_name)"
                " where c.column_name = 'brand_id' and c.table_schema = 'public'"
                " and t.table_type = 'BASE TABLE'"
            )
        ).scalars():
            connection.execute(text(f"delete from {table} where brand_id = :b"), {"b": brands.b})
        connection.execute(text("delete from brands where id = :b"), {"b": brands.b})
    # No trigger has seen this.
    rollups.rebuild()
    assert differing(everything(a), of_a) == set()
    assert differing(everything(Scope(brands="demo")), of_demo) == set()
    assert differing(everything(b), of_b) >= set(queries.names()) - PUBLIC


def test_what_is_deleted_leaves_nothing_in_any_figure(brands: Two) -> None:
    """Rollups keep rows of zeros of what is gone: they are no data, and nothing to divide by."""
    sections = ("accuracy/", "shoppers/", "tryons/", "revenue/ltv", "revenue/attribution")
    names = [name for name in queries.names() if name.startswith(sections)]
    rollups.fold_all()
    with owner() as connection:
        empty = rows.insert(connection, "brands", name="Empty", slug="empty")
        for table in (
            "tryon_jobs",
            "purchases",
            "touches",
            "acquisition_spend",
            "nps_responses",
        ):
            deleted = text(f"delete from {table} where brand_id = :b")
            assert connection.execute(deleted, {"b": brands.b}).rowcount > 0
    rollups.fold_all()
    assert rollups.check() == []
    of_b, of_empty = (everything(Scope.of_brands([brand])) for brand in (brands.b, empty))
    assert {name: (len(of_b[name]), amounts(of_b[name])) for name in names} == {
        name: (len(of_empty[name]), amounts(of_empty[name])) for name in names
    }


def test_a_brand_manager_is_held_to_their_brand(brands: Two) -> None:
    with owner() as connection:
        found = connection.execute(text("select id, slug from brands")).all()
    slugs = {row.id: row.slug for row in found}
    users.add("m@a.example", "brand_manager", brands=[slugs[brands.a]])
    (manager,) = users.everybody()
    assert manager.brands == (slugs[brands.a],)
    frame = read("brands/list", Scope.of_brands([brands.a]))
    assert frame["brand_id"].tolist() == [str(brands.a)]
    # The demo's own scope does not reach out of the demo by naming a brand.
    assert read("brands/list", Scope(brands="demo").narrowed_to(brands.b)).empty
