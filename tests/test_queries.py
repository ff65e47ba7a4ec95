"""The reader of queries, and what every query has to keep to."""

import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text

import queries
from database import connections, rollups
from database.connections import DatabaseUnavailableError
from database.tenancy import Scope
from queries import Parameter, QueryFailedError
from tests import facts
from tests.facts import at
from tests.waiting import wait_until

ALL = queries.names()

# A window in the middle of what `fill` writes.
ARGUMENTS: dict[str, Parameter] = {
    "policy": "strict",
    "since": date(2026, 3, 1),
    "until": date(2026, 4, 1),
    "as_of": date(2026, 4, 20),
    "origin": "shopper",
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
    "day_number": 1,
    "bin_count": 10,
    "row_count": 50,
    "dated": "launched",
    "engine": "all",
    "status": "all",
    "failure": "all",
    "verdict": "all",
    "shopper": "all",
    "weekday_number": 0,
    "hour_number": -1,
    "bin_number": -1,
    "reason": "all",
    "first_period": 0,
    "next_period": 100,
    "batch": "all",
    "favorite": "all",
    "words": "",
    "before_at": at("2100-01-01"),
    "before_id": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "look_count": 1000,
    "job_id": "00000000-0000-7000-8000-000000000000",
    "job_ids": "00000000-0000-7000-8000-000000000000",
    "in_batch": "none",
    "payer": "brand",
    "tag": "all",
    "field": "all",
    "field_value": "",
    "is_active": "all",
    "paid": "all",
    "product_id": "00000000-0000-7000-8000-000000000000",
    "named": "",
}

# About one job or product alone, or the jobs of one launch, which no window finds:
# tests/test_drill.py, tests/test_launch_queries.py and tests/test_catalog.py ask about their own.
OF_A_JOB = [
    name
    for name in ALL
    if re.fullmatch(
        r"tryons/job(_\w+)?|studio/launch_jobs|catalog/product(_figures|_images|_pictures)?", name
    )
]


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    # The cache outlives the database of a test.
    st.cache_resource.clear()


def parameters(name: str) -> dict[str, Parameter]:
    """The arguments of a query, as its header names them."""
    return {key: ARGUMENTS[key] for key in section(name, "Parameters")}


def section(name: str, title: str) -> list[str]:
    """The names listed in one section of a query's header."""
    lines = (queries.FOLDER / f"{name}.sql").read_text().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"-- {title}"))
    found = []
    for line in lines[start + 1 :]:
        if not line.startswith("--   "):
            break
        if word := re.match(r"--   (\w+)  ", line):
            found.append(word[1])
    return found


def fill(brand_name: str, users: list[str]) -> str:
    """A brand with something of everything, by the given people."""
    with connections.owner() as c:
        brand = facts.brand(c, brand_name)
        paid = facts.subscription(c, brand, "100", at("2026-01-05"))
        facts.change(c, paid, at("2026-03-10"), unit_amount=Decimal(150))
        facts.subscription(c, brand, "10", at("2026-02-05"), status="past_due")
        for user in users:
            poor = facts.job(c, brand, user, at("2026-03-05"))
            done = facts.job(c, brand, user, at("2026-03-06"), confidence="0.8")
            facts.job(c, brand, user, at("2026-03-07"), status="failed")
            facts.review(c, brand, done, approved=True, when=at("2026-03-07"))
            facts.review(c, brand, poor, approved=False, reasons=["hands"])
            facts.touch(c, brand, user, at("2026-03-06"))
            bought = facts.purchase(c, brand, user, at("2026-03-08"))
            facts.refund(c, brand, bought, "20", at("2026-03-20"))
            facts.answer(c, brand, user, at("2026-03-09"), 9)
        # Two who agree, and a blind comparison.
        for reviewer in users[:2]:
            when = at("2026-03-12")
            facts.review(c, brand, done, approved=True, reviewer_id=reviewer, when=when)
        pair = str(uuid4())
        facts.insert(
            c,
            "job_pairs",
            id=pair,
            brand_id=brand,
            one_job_id=poor,
            other_job_id=done,
            one_engine="loom 1",
            other_engine="loom 2",
        )
        facts.insert(c, "pair_votes", pair_id=pair, brand_id=brand, better="one")
        facts.spend(c, brand, at("2026-03-02"), "30")
        # Pictures of the studio: a batch with a stored result.
        batch = str(uuid4())
        facts.insert(c, "batches", id=batch, brand_id=brand, name=brand_name)
        picture = facts.picture(c, brand_id=brand, created_at=at("2026-03-06"))
        facts.insert(c, "job_outputs", job_id=done, object_id=picture)
        # Something to launch the next one with, and credits for it.
        facts.insert(c, "personas", brand_id=brand, name="Ada", thumbnail_object_id=picture)
        product = str(uuid4())
        facts.insert(
            c,
            "products",
            id=product,
            brand_id=brand,
            name=brand_name,
            category="tops",
            tags=[brand_name],
        )
        facts.insert(c, "product_images", product_id=product, object_id=picture)
        payment = {
            "brand_id": brand,
            "provider": "x",
            "amount": 15,
            "created_at": at("2026-03-04"),
        }
        bought = str(uuid4())
        facts.insert(c, "payments", id=bought, purpose="credits", status="succeeded", **payment)
        facts.insert(c, "payments", purpose="subscription", status="pending", **payment)
        c.execute(
            text("select purchase_credits(null, :brand, cast(:payment as uuid), 30)"),
            {"brand": brand, "payment": bought},
        )
        c.execute(text("update credit_ledger set created_at = '2026-03-04'"))
        facts.insert(
            c,
            "tryon_jobs",
            brand_id=brand,
            origin="studio",
            engine="loom",
            status="completed",
            product_id=product,
            credits=2,
            confidence=Decimal("0.9"),
            created_at=at("2026-03-05"),
            started_at=at("2026-03-05"),
            finished_at=at("2026-03-05"),
        )
        facts.insert(
            c,
            "tryon_jobs",
            brand_id=brand,
            origin="studio",
            engine="loom",
            credits=0,
            batch_id=batch,
        )
        c.execute(
            text("update shoppers set channel = :channel where brand_id = :brand"),
            {"channel": brand_name, "brand": brand},
        )
    return brand


@pytest.fixture
def people(database: object) -> list[str]:  # noqa: ARG001 (needs a database)
    """Three consumers."""
    with connections.owner() as c:
        return [facts.shopper(c) for _ in range(3)]


@pytest.fixture
def brand(people: list[str]) -> str:
    """A brand with something of everything."""
    brand = fill("Aurora", people)
    # Folding would wait for the tables that some tests lock.
    rollups.fold_all()
    return brand


# Each file


@pytest.mark.usefixtures("database")
def test_other_parameters_are_another_question_to_the_cache() -> None:
    params = parameters("tryons/volume_by_day")
    since = params["since"]
    assert isinstance(since, date)
    for days in (1, 2, 1):
        params["until"] = since + timedelta(days=days)
        assert len(queries.read("tryons/volume_by_day", Scope.system(), **params).frame) == days
        known = queries.at_hand("tryons/volume_by_day", Scope.system(), **params)
        assert known is not None
        assert len(known.frame) == days


@pytest.mark.usefixtures("database")
def test_what_a_reader_does_to_an_answer_is_not_read_by_the_next() -> None:
    with connections.owner() as c:
        users = [facts.shopper(c) for _ in range(2)]
    fill("Aurora", users)
    params = parameters("tryons/volume_by_day")
    scope = Scope.system()
    first, again = (queries.read("tryons/volume_by_day", scope, **params) for _ in range(2))
    known = again.frame.copy(deep=True)
    mine = first.frame
    mine["completed_count"] = -1
    mine.loc[0, "launched_count"] = -1
    mine.iloc[1, 1] = -1
    mine.insert(0, "other", 1)
    del mine["failed_count"]
    mine.columns = pd.Index(range(len(mine.columns)))
    mine.index = mine.index[::-1]
    with pytest.raises(ValueError, match="read-only"):
        again.frame["canceled_count"].to_numpy()[0] = -1
    with pytest.raises(TypeError):
        again.row["completed_count"] = -1  # type: ignore[index]
    for answer in (first, again, queries.at_hand("tryons/volume_by_day", scope, **params)):
        assert answer is not None
        assert dict(answer.row) == dict(known.iloc[0])
        pd.testing.assert_frame_equal(answer.frame, known)
        assert answer.as_of == first.as_of


def test_the_header_says_what_a_query_takes_and_gives(
    brand: str, subtests: pytest.Subtests
) -> None:
    for name in ALL:
        with subtests.test(name):
            sql = (queries.FOLDER / f"{name}.sql").read_text()
            assert sql.startswith("-- ")
            assert "\n-- Grain: " in sql
            taken = set(re.findall(r"(?<![:\w]):(\w+)", sql))
            assert set(section(name, "Parameters")) == taken
            answer = queries.read(name, Scope.of_brands([brand]), **parameters(name))
            assert list(answer.frame.columns) == section(name, "Columns")
            assert answer.sql == sql


@pytest.mark.parametrize("name", ALL)
def test_no_query_asks_for_the_time(name: str) -> None:
    sql = (queries.FOLDER / f"{name}.sql").read_text()
    clocks = r"\b(now\s*\(|current_(date|time|timestamp)|localtime|\w*_timestamp\s*\(|timeofday)"
    assert not re.search(clocks, sql, re.IGNORECASE)


def test_the_suffix_of_a_column_says_its_type(brand: str, subtests: pytest.Subtests) -> None:
    for name in ALL:
        full = queries.read(name, Scope.of_brands([brand]), **parameters(name)).frame
        empty = queries.read(name, Scope(), **parameters(name)).frame
        for column in full.columns:
            with subtests.test(f"{name} {column}"):
                kind = full[column].dtype
                if column.endswith("_usd"):
                    assert all(isinstance(value, Decimal) for value in full[column].dropna())
                elif column.endswith(("_pct", "_ratio", "_ms")):
                    assert kind == "float64"
                elif column.endswith("_count"):
                    assert pd.api.types.is_numeric_dtype(kind)
                elif column.endswith("_at"):
                    assert kind == "datetime64[us, UTC]"
                elif column in ("day", "week", "month", "cohort_month", "published_day"):
                    assert kind == "datetime64[us]"
                # Whole numbers that are missing somewhere are floats there.
                if not (kind == "float64" and empty[column].dtype == "int64"):
                    assert empty[column].dtype == kind


def test_another_brand_changes_nothing(
    brand: str, people: list[str], subtests: pytest.Subtests
) -> None:
    own = Scope.of_brands([brand])
    asked = [name for name in ALL if name not in OF_A_JOB]
    before = {name: queries.read(name, own, **parameters(name)).frame for name in asked}
    other = fill("Borealis", people)
    st.cache_resource.clear()
    for name in asked:
        with subtests.test(name):
            after = queries.read(name, own, **parameters(name)).frame
            pd.testing.assert_frame_equal(after, before[name])
            # Unless the other brand's rows would have shown, this shows nothing.
            both = queries.read(name, Scope.of_brands([brand, other]), **parameters(name)).frame
            # Both brands' feeds end on the same days, and the larger one is the larger of both.
            same = ("data/state", "data/feeds", "studio/launch_brand", "studio/launch_pace")
            assert name in same or not both.equals(after)


def test_no_brand_means_no_rows(brand: str, subtests: pytest.Subtests) -> None:
    for name in ALL:
        with subtests.test(name):
            nobody = queries.read(name, Scope(), **parameters(name)).frame
            own = queries.read(name, Scope.of_brands([brand]), **parameters(name)).frame
            public = ("data/state", "studio/launch_pace")
            assert name in (*public, *OF_A_JOB) or not nobody.equals(own)
            counts = [c for c in nobody.columns if c.endswith(("_count", "_usd"))]
            assert not nobody[counts].fillna(0).astype(float).to_numpy().any()


def test_every_query_is_measured() -> None:
    tests = Path(__file__).parent
    measured = "".join(
        (tests / name).read_text()
        for name in (
            "test_metrics_fixtures.py",
            "test_attention.py",
            "test_catalog.py",
            "test_changes.py",
            "test_drill.py",
            "test_gallery.py",
            "test_integrations.py",
            "test_money.py",
            "test_launch_queries.py",
            "test_queue_page.py",
            "test_reviews.py",
        )
    )
    assert [name for name in ALL if f'"{name}"' not in measured] == []


# The reader


def test_wrong_arguments_are_refused_before_the_database_is_asked() -> None:
    everything = Scope.system()
    with pytest.raises(LookupError, match="no query revenue/nothing"):
        queries.read("revenue/nothing", everything)
    with pytest.raises(LookupError, match="no query"):
        queries.read("../queries/revenue/plan", everything)
    with pytest.raises(TypeError, match="without a scope"):
        queries.read("revenue/plan", None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"missing: policy, until, unknown: untill"):
        queries.read("revenue/mrr", everything, since=date(2026, 1, 1), untill=date(2026, 2, 1))


def test_an_answer_is_kept_until_it_is_refreshed(brand: str) -> None:
    scope = Scope.of_brands([brand])
    first = queries.read("brands/list", scope)
    with connections.owner() as c:
        c.execute(text("update brands set name = 'Renamed'"))
    kept = queries.read("brands/list", scope)
    assert kept.as_of == first.as_of
    assert list(kept.frame["name"]) == ["Aurora"]
    queries.refresh("brands/list", Scope.system())
    assert queries.read("brands/list", scope).as_of == first.as_of
    queries.refresh("brands/list", scope)
    assert list(queries.read("brands/list", scope).frame["name"]) == ["Renamed"]


def test_what_is_at_hand_is_what_was_read_and_asks_nobody(brand: str) -> None:
    scope = Scope.of_brands([brand])
    assert queries.at_hand("brands/list", scope) is None
    read = queries.read("brands/list", scope)
    known = queries.at_hand("brands/list", scope)
    assert known is not None
    assert known.as_of == read.as_of
    pd.testing.assert_frame_equal(known.frame, read.frame)
    assert queries.at_hand("brands/list", Scope.system()) is None
    queries.refresh("brands/list", scope)
    assert queries.at_hand("brands/list", scope) is None
    with pytest.raises(TypeError, match="missing: policy, since, until"):
        queries.at_hand("revenue/mrr", scope)


def test_what_a_page_does_to_its_frame_stays_there(brand: str) -> None:
    scope = Scope.of_brands([brand])
    frame = queries.read("brands/list", scope).frame
    frame["name"] = "scribble"
    assert list(queries.read("brands/list", scope).frame["name"]) == ["Aurora"]


def test_the_user_is_in_the_key_of_their_own_queries_alone(brand: str, people: list[str]) -> None:
    mine, yours = (Scope(brands=brand, user=user) for user in people[:2])
    shared = [queries.read("brands/list", scope).as_of for scope in (mine, yours)]
    assert shared[0] == shared[1]
    with connections.owner() as c:
        elsewhere = facts.brand(c, "Elsewhere")
        facts.job(c, elsewhere, people[0], at("2026-03-09"))
    recent = parameters("tryons/recent")
    counts = [len(queries.read("tryons/recent", s, **recent).frame) for s in (mine, yours)]
    assert counts == [10, 9]


def test_a_managers_own_tryons_elsewhere_are_not_the_brands(brand: str, people: list[str]) -> None:
    scope = Scope(brands=brand, user=people[0])
    window = parameters("tryons/volume_total")
    before = queries.read("tryons/volume_total", scope, **window).frame
    with connections.owner() as c:
        facts.job(c, facts.brand(c, "Elsewhere"), people[0], at("2026-03-09"))
    queries.refresh("tryons/volume_total", scope, **window)
    after = queries.read("tryons/volume_total", scope, **window).frame
    pd.testing.assert_frame_equal(after, before)


def test_readers_of_one_key_share_one_query(brand: str) -> None:
    scope = Scope.of_brands([brand])
    start = threading.Barrier(4)

    def ask() -> object:
        start.wait()
        return queries.read("brands/list", scope).as_of

    with ThreadPoolExecutor(4) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(4)]]
    assert len(set(answers)) == 1


def blocked() -> list[int]:
    """The processes of readers that wait for a lock."""
    with connections.owner() as c:
        return list(
            c.scalars(
                text(
                    "select pid from pg_stat_activity"
                    " where wait_event_type = 'Lock' and usename = 'closetai_reader'"
                )
            )
        )


def test_a_dropped_connection_is_tried_once_more(brand: str) -> None:
    scope = Scope.of_brands([brand])
    with ThreadPoolExecutor(1) as pool:
        with connections.owner() as lock:
            lock.execute(text("lock table brands in access exclusive mode"))
            answer = pool.submit(queries.read, "brands/list", scope)
            wait_until(lambda: bool(blocked()), "the reader waits for the table")
            with connections.owner() as c:
                c.execute(text("select pg_terminate_backend(:pid)"), {"pid": blocked()[0]})
        assert list(answer.result().frame["name"]) == ["Aurora"]


def test_a_query_that_runs_too_long_is_given_up(
    brand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_STATEMENT_TIMEOUT", "200ms")
    with connections.owner() as lock:
        lock.execute(text("lock table brands in access exclusive mode"))
        with pytest.raises(QueryFailedError, match="Reading brands/list took too long"):
            queries.read("brands/list", Scope.of_brands([brand]))


def test_pages_ask_without_workers_or_compiling_and_are_planned_for(brand: str) -> None:
    wanted = {
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
        "plan_cache_mode": "force_custom_plan",
    }
    with connections.owner() as c:
        c.execute(text("alter database closetai set jit = on"))  # as it is where it is not ours
    connections.dispose()
    with connections.reader(Scope.of_brands([brand])) as connection:
        found = {name: connection.scalar(text(f"show {name}")) for name in wanted}
    assert found == wanted


def test_a_refused_query_says_one_sentence_and_is_asked_again(brand: str) -> None:
    scope = Scope.of_brands([brand])
    with connections.owner() as c:
        c.execute(text("revoke select on plans from closetai_reader"))
    with pytest.raises(QueryFailedError, match=r"^The database could not answer revenue/plan\.$"):
        queries.read("revenue/plan", scope)
    with connections.owner() as c:
        c.execute(text("grant select on plans to closetai_reader"))
    assert len(queries.read("revenue/plan", scope).frame) == 2


def test_without_a_database_it_says_so() -> None:
    with pytest.raises(DatabaseUnavailableError):
        queries.read("brands/list", Scope.system())


def test_reading_outside_of_a_page_is_silent(brand: str) -> None:
    program = (
        "import sys, queries; from database.tenancy import Scope;"
        "print(len(queries.read('brands/list', Scope(sys.argv[1])).frame))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, brand],
        capture_output=True,
        text=True,
        check=True,
        cwd=queries.FOLDER.parent,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_what_is_not_said_is_not_taken_for_no(database: object) -> None:  # noqa: ARG001
    sql = "select x as is_said from (values (true), (null)) as v (x)"
    with connections.reader(Scope(brands="all")) as connection:
        frame = queries._frame(connection.execute(text(sql)))
    assert frame["is_said"].tolist() == [True, None]
