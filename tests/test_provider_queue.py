"""Jobs that a provider makes, from the launch to the ledger, when all goes well and when not."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from database import connections
from database.tenancy import Scope
from tests.engines import picture
from tests.fake_provider import (
    DIALECTS,
    KEY,
    Dialect,
    Fake,
    FalDialect,
    FashnDialect,
    GeminiDialect,
    ReplicateDialect,
    Reply,
    fake_provider,
)
from tests.rows import insert
from tryon import jobs, queue, storage
from tryon.engines import Category, Request
from tryon.engines import Garment as Worn
from tryon.jobs import Garment, Job
from tryon.storage import Owner
from tryon.worker import Worker

pytestmark = pytest.mark.usefixtures("database")

SYSTEM = Scope.system()

every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
every_queue = pytest.mark.parametrize(
    "dialect", [one for one in DIALECTS if one.polls], ids=lambda one: one.name
)


def one(question: str, **values: Any) -> Any:
    with connections.owner() as connection:
        return connection.execute(text(question), values).one()


def change(statement: str) -> None:
    with connections.owner() as connection:
        connection.execute(text(statement))


def balance(brand: UUID) -> int:
    return int(one("select balance from credit_accounts where brand_id = :id", id=brand).balance)


@pytest.fixture
def brand() -> UUID:
    with connections.owner() as connection:
        made = insert(connection, "brands", name="Nord", slug="nord")
        connection.execute(text("select purchase_credits(null, :id, null, 100)"), {"id": made})
    assert isinstance(made, UUID)
    return made


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_provider() as started:
        yield started


@pytest.fixture(autouse=True)
def kept(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Neither the database nor the log holds the key when it is over."""
    caplog.set_level(logging.DEBUG)
    yield
    with connections.owner() as connection:
        for table in ("tryon_jobs", "job_attempts", "job_outputs", "stored_objects"):
            rows = connection.scalars(text(f"select to_jsonb(t) from {table} t")).all()
            assert KEY not in json.dumps(rows)
    formatter = logging.Formatter("%(name)s %(message)s")
    assert all(KEY not in formatter.format(one) for one in caplog.get_records("call"))


def launch(brand: UUID, dialect: Dialect) -> UUID:
    owner, now = Owner(brand=brand), datetime.now(UTC)
    wanted = Job(
        "studio",
        dialect.name,
        brand=brand,
        person=storage.upload(SYSTEM, owner, "selfie", picture("pink"), now),
        garments=(
            Garment(
                picture=storage.upload(SYSTEM, owner, "garment", picture("navy"), now),
                category=Category.TOPS,
            ),
        ),
        credits=3,
    )
    return jobs.launch(SYSTEM, [wanted]).jobs[0]


def worker(dialect: Dialect, fake: Fake, **values: Any) -> Worker:
    return Worker(engines={dialect.name: dialect.engine(fake.address)}, name="tests", **values)


def at_once(fake: Fake) -> None:
    """Be done at the first poll: nobody has to wait."""
    if "poll" in fake.replies:
        fake.say("poll", fake.replies["poll"][-1])


@every_dialect
def test_a_job_is_completed_with_its_picture_and_cost(
    brand: UUID, dialect: Dialect, fake: Fake
) -> None:
    dialect.succeed(fake)
    at_once(fake)
    job = launch(brand, dialect)
    assert worker(dialect, fake).work_off() == 1
    row = one("select * from tryon_jobs where id = :id", id=job)
    assert (row.status, row.engine_version, row.confidence) == ("completed", dialect.model, None)
    assert dialect.cost is not None
    assert row.engine_cost_usd == round(dialect.cost, 4)
    assert one("select count(*) as n from job_outputs where job_id = :id", id=job).n == 1
    assert balance(brand) == 97


@every_dialect
def test_a_blocked_job_fails_with_the_reason_and_its_credits_are_back(
    brand: UUID, dialect: Dialect, fake: Fake
) -> None:
    dialect.block_picture(fake)
    at_once(fake)
    launch(brand, dialect)
    assert balance(brand) == 97
    assert worker(dialect, fake).work_off() == 1
    row = one("select status, failure_code, failure_message, engine_cost_usd from tryon_jobs")
    assert (row.status, row.failure_code) == ("failed", "content_blocked")
    assert "does not make this picture" in row.failure_message
    assert row.engine_cost_usd is None
    assert balance(brand) == 100


@every_dialect
def test_a_busy_provider_is_asked_again_when_it_says(
    brand: UUID, dialect: Dialect, fake: Fake
) -> None:
    dialect.succeed(fake)
    at_once(fake)
    fake.say("order", dialect.error(429, Retry_After="90"), *fake.replies["order"])
    launch(brand, dialect)
    working = worker(dialect, fake)
    assert working.work_off() == 1
    row = one(
        "select j.status, a.error_code, extract(epoch from a.retry_at - a.ended_at)::float as wait"
        " from tryon_jobs j join job_attempts a on a.job_id = j.id"
    )
    assert (row.status, row.error_code) == ("processing", "rate_limited")
    assert row.wait == pytest.approx(90, abs=1)
    assert balance(brand) == 97  # still reserved
    assert working.work_off() == 0  # not before it is time
    change("update job_attempts set retry_at = now()")
    assert working.work_off() == 1
    assert one("select status from tryon_jobs").status == "completed"
    assert balance(brand) == 97


def test_a_provider_that_stays_out_of_order_fails_the_job(brand: UUID, fake: Fake) -> None:
    dialect = GeminiDialect()
    fake.say("order", Reply(b"<h1>Bad Gateway</h1>", 502))
    launch(brand, dialect)
    working = worker(dialect, fake)
    while working.work_off():
        change("update job_attempts set retry_at = now()")
    assert len(fake.asked["order"]) == queue.MOST_FAILURES
    row = one("select status, failure_code, failure_message from tryon_jobs")
    assert row == (
        "failed",
        "provider_unavailable",
        "Google Gemini is out of order at the moment.",
    )
    assert balance(brand) == 100


@every_queue
def test_a_way_that_fails_while_waiting_orders_nothing_twice(
    brand: UUID, dialect: Dialect, fake: Fake
) -> None:
    dialect.succeed(fake)
    at_once(fake)
    now = {"retry-after": "0"}
    fake.say("poll", Reply(b"<h1>Bad Gateway</h1>", 502, now), *fake.replies["poll"])
    fake.say("picture", Reply(b"", 503, now), *fake.replies["picture"])
    launch(brand, dialect)
    assert worker(dialect, fake).work_off() == 1
    assert one("select status from tryon_jobs").status == "completed"
    assert len(fake.asked["order"]) == 1


@every_queue
def test_an_order_of_a_lost_worker_is_found_again(
    brand: UUID, dialect: Dialect, fake: Fake
) -> None:
    dialect.succeed(fake)
    at_once(fake)
    launch(brand, dialect)
    held = queue.claim("killed", timedelta(seconds=15))
    assert held is not None
    # As the worker that was killed had done it, in another process.
    other = dialect.engine(fake.address)
    wanted = Request(person=picture("pink"), garments=(Worn(picture("navy"), Category.TOPS),))
    queue.note_reference(held, other.submit(wanted, held.key))
    change("update job_attempts set lease_until = now()")
    assert worker(dialect, fake).work_off() == 1
    assert one("select status from tryon_jobs").status == "completed"
    assert len(fake.asked["order"]) == 1
    assert balance(brand) == 97


@pytest.mark.parametrize(
    "dialect", [FashnDialect(), FalDialect(), ReplicateDialect()], ids=lambda one: one.name
)
def test_a_job_that_takes_too_long_is_given_up_at_the_provider(
    brand: UUID, dialect: Dialect, fake: Fake
) -> None:
    dialect.succeed(fake)
    fake.say("poll", fake.replies["poll"][0])
    fake.say("cancel", Reply({}))
    launch(brand, dialect)
    assert worker(dialect, fake, time_limit=timedelta(0)).work_off() == 1
    assert one("select error_code from job_attempts").error_code == "timeout"
    assert len(fake.asked["cancel"]) == dialect.cancels


def test_what_is_no_picture_is_not_kept(brand: UUID, fake: Fake) -> None:
    dialect = FashnDialect()
    dialect.succeed(fake)
    at_once(fake)
    fake.say("picture", Reply(b"<svg onload='alert(1)'/>"))
    launch(brand, dialect)
    assert worker(dialect, fake).work_off() == 1
    assert one("select error_code from job_attempts").error_code == "bad_answer"
    assert one("select count(*) as n from job_outputs").n == 0
