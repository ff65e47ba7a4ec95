"""A job's life, a shopper's first job, and figures that never divide by zero."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from database import connections
from database.tenancy import Scope
from tests import facts
from tests.rows import finish, insert, job

pytestmark = pytest.mark.usefixtures("database")

STATES = ("queued", "processing", "completed", "failed", "canceled")
ALLOWED = {
    ("queued", "processing"),
    ("queued", "canceled"),
    ("processing", "completed"),
    ("processing", "failed"),
    ("processing", "canceled"),
}


@pytest.fixture
def app() -> Iterator[Connection]:
    """A transaction of the worker's: the app's role, all brands."""
    with connections.writer(Scope.system()) as connection:
        yield connection


@pytest.fixture
def brand(app: Connection) -> UUID:
    found = insert(app, "brands", name="Nord", slug="nord")
    assert isinstance(found, UUID)
    return found


@pytest.fixture
def shopper(app: Connection) -> UUID:
    found = insert(app, "users")
    assert isinstance(found, UUID)
    return found


def to(connection: Connection, job_id: UUID, status: str) -> None:
    values: dict[str, Any] = {"status": status, "id": job_id}
    values["confidence"] = 0.9 if status == "completed" else None
    values["failure"] = "engine_error" if status == "failed" else None
    connection.execute(
        text(
            "update tryon_jobs set status = cast(:status as job_status),"
            " confidence = coalesce(:confidence, confidence),"
            " failure_code = coalesce(:failure, failure_code) where id = :id"
        ),
        values,
    )


def bring(connection: Connection, job_id: UUID, status: str) -> None:
    """Take a queued job to a state by the way that leads there."""
    if status != "queued":
        to(connection, job_id, "processing")
    if status in ("completed", "failed", "canceled"):
        to(connection, job_id, status)


@pytest.mark.parametrize("old", STATES)
def test_only_the_allowed_transitions(app: Connection, shopper: UUID, old: str) -> None:
    for new in STATES:
        made = job(app, user_id=shopper)
        bring(app, made, old)
        allowed = (old, new) in ALLOWED
        said = ""
        try:
            with app.begin_nested():
                app.execute(
                    text("update tryon_jobs set status = cast(:new as job_status) where id = :id"),
                    {"new": new, "id": made},
                )
        except IntegrityError as error:
            said = str(error)
        if not allowed and old != new:
            assert f"A job cannot go from {old} to {new}." in said
        elif allowed and new == "failed":  # which wants a reason
            assert "check constraint" in said
            to(app, made, new)
        else:
            assert said == ""


def test_times_are_set_by_the_transitions(app: Connection, shopper: UUID) -> None:
    made = job(app, user_id=shopper)
    times = text("select created_at, started_at, finished_at from tryon_jobs where id = :id")

    def read() -> Any:
        return app.execute(times, {"id": made}).one()

    assert (read().started_at, read().finished_at) == (None, None)
    to(app, made, "processing")
    assert read().created_at <= read().started_at
    assert read().finished_at is None
    to(app, made, "completed")
    assert read().started_at <= read().finished_at


def test_a_job_canceled_while_waiting_never_started(app: Connection, shopper: UUID) -> None:
    made = job(app, user_id=shopper)
    to(app, made, "canceled")
    row = app.execute(text("select started_at, finished_at from tryon_jobs")).one()
    assert row.started_at is None
    assert row.finished_at is not None


@pytest.mark.parametrize(
    "values",
    [
        {"status": "completed"},
        {"status": "completed", "confidence": 0.9},
        {"status": "failed", "failure_code": "engine_error"},
        {"status": "canceled"},
        {"status": "processing"},
        {"finished_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"started_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"confidence": 1.2},
        {"category": None},
        {"credits": -1},
    ],
)
def test_a_job_that_contradicts_itself_is_refused(
    app: Connection, shopper: UUID, values: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="check constraint"):
        job(app, user_id=shopper, **values)


@pytest.mark.parametrize("status", ["completed", "failed", "canceled"])
def test_a_finished_job_keeps_its_result(
    app: Connection, brand: UUID, shopper: UUID, status: str
) -> None:
    made = job(app, user_id=shopper, brand_id=brand)
    bring(app, made, status)
    for change in (
        "confidence = 0.1",
        "finished_at = now() + interval '1 day'",
        "started_at = null",
        "created_at = now() - interval '1 day'",
        "credits = 7",
        "brand_id = null",
        "category = 'boots'",
        "device = 'ios'",
        "origin = 'studio'",
        "engine = 'other'",
        "engine_cost_usd = 9",
        "failure_code = 'other'",
    ):
        with pytest.raises(IntegrityError, match="is finished and keeps its result"):  # noqa: SIM117
            with app.begin_nested():
                app.execute(text(f"update tryon_jobs set {change}"))
    app.execute(text("update tryon_jobs set prompt = null, product_id = null"))


def first_job(connection: Connection) -> tuple[Any, ...]:
    row = connection.execute(
        text("select first_job_at, first_category::text, first_device::text from shoppers")
    ).one()
    return tuple(row)


def test_the_first_job_makes_the_shopper_and_an_earlier_one_moves_it(
    app: Connection, brand: UUID, shopper: UUID
) -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    both = {"brand_id": brand, "user_id": shopper}
    job(app, **both, created_at=noon, category="tops", device="ios")
    assert first_job(app) == (noon, "tops", "ios")
    job(app, **both, created_at=noon + timedelta(days=1), category="boots", device="desktop")
    assert first_job(app) == (noon, "tops", "ios")
    late = noon - timedelta(days=3)
    job(app, **both, created_at=late, category="hats", device="android")
    assert first_job(app) == (late, "hats", "android")


@pytest.mark.usefixtures("database")
def test_the_first_job_deleted_leaves_the_next_and_the_last_leaves_none() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    gone = text("delete from tryon_jobs where id = :id")
    none = text(
        "select first_job_at = 'infinity' and first_category is null and channel = 'search'"
        " from shoppers"
    )
    with connections.owner() as owner:
        brand, user = facts.brand(owner, "Nord"), facts.shopper(owner)
        first, second, third = (
            facts.job(owner, brand, user, noon + timedelta(days=days), category=category)
            for days, category in ((0, "tops"), (1, "hats"), (2, "boots"))
        )
        # Neither is a job of the studio.
        facts.job(owner, brand, user, noon - timedelta(days=1), origin="studio")
        owner.execute(text("update shoppers set channel = 'search'"))
        owner.execute(gone, {"id": third})
        assert first_job(owner) == (noon, "tops", None)
        owner.execute(gone, {"id": first})
        assert first_job(owner) == (noon + timedelta(days=1), "hats", None)
        owner.execute(gone, {"id": second})
        assert owner.scalar(none) is True
        # Whoever comes back is there again.
        facts.job(owner, brand, user, noon + timedelta(days=9), category="bags")
        assert first_job(owner) == (noon + timedelta(days=9), "bags", None)


def test_one_statement_of_many_jobs_finds_the_earliest(
    app: Connection, brand: UUID, shopper: UUID
) -> None:
    app.execute(
        text(
            "insert into tryon_jobs (brand_id, user_id, origin, category, engine, created_at)"
            " select :brand, :user, 'shopper', 'tops', 'classic',"
            " timestamptz '2026-11-02 12:00Z' + interval '1 hour' * n"
            " from unnest(array[3, 1, 2]) as n"
        ),
        {"brand": brand, "user": shopper},
    )
    assert first_job(app)[0] == datetime(2026, 11, 2, 13, tzinfo=UTC)


def test_studio_and_demo_jobs_make_no_shopper(app: Connection, brand: UUID, shopper: UUID) -> None:
    app.execute(text("select purchase_credits(null, :brand, null, 9)"), {"brand": brand})
    job(app, brand_id=brand, user_id=shopper, origin="studio")
    job(app, brand_id=brand, user_id=shopper, origin="demo")
    job(app, brand_id=brand)
    job(app, user_id=shopper)
    assert app.scalar(text("select count(*) from shoppers")) == 0


def test_an_idempotency_key_makes_one_job(app: Connection, brand: UUID, shopper: UUID) -> None:
    values = {"user_id": shopper, "idempotency_key": "k"}
    job(app, **values)
    job(app, **values, brand_id=brand)
    for again in (values, {**values, "brand_id": brand}):
        with pytest.raises(IntegrityError, match="idempotency_key"), app.begin_nested():
            job(app, **again)


def test_verdicts(app: Connection, brand: UUID, shopper: UUID) -> None:
    reviewers = [insert(app, "users", role="analyst") for _ in range(3)]

    def reviewed(*reviews: tuple[int, bool, bool]) -> UUID:
        made = job(app, brand_id=brand, user_id=shopper)
        finish(app, made, "completed")
        for number, (reviewer, approved, adjudicates) in enumerate(reviews):
            insert(
                app,
                "reviews",
                job_id=made,
                brand_id=brand,
                reviewer_id=reviewers[reviewer],
                approved=approved,
                is_adjudication=adjudicates,
                drawn="random" if number == 0 else "uncertainty",
                created_at=datetime(2026, 11, 3, number, tzinfo=UTC),
            )
        return made

    majority = reviewed((0, True, False), (1, True, False), (2, False, False))
    changed_mind = reviewed((0, True, False), (0, False, False))
    tie = reviewed((0, True, False), (1, False, False))
    adjudicated = reviewed((0, True, False), (1, False, False), (2, False, True))
    verdicts = {
        row.job_id: row.approved
        for row in app.execute(text("select job_id, approved from job_verdicts"))
    }
    assert verdicts == {majority: True, changed_mind: False, adjudicated: False}
    assert tie not in verdicts


def test_no_figure_divides_by_zero(app: Connection, brand: UUID, shopper: UUID) -> None:
    # A brand with spend and nothing else, a job that failed, a dataset cell without a success.
    insert(app, "acquisition_spend", brand_id=brand, day="2026-11-01", channel="x", amount=0)
    finish(app, job(app, brand_id=brand, user_id=shopper), "failed")
    insert(
        app,
        "dataset_aggregates",
        brand_id=brand,
        category="tops",
        month="2026-11-01",
        session_count=0,
        succeeded_count=0,
        shopper_count=20,
        confidence_sum=0,
        duration_ms_sum=0,
    )
    views = app.scalars(
        text(
            "select relname from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind = 'v'"
        )
    ).all()
    found = {view: app.execute(text(f"select * from {view}")).mappings().all() for view in views}
    assert len(views) >= 5
    cell = found["published_dataset"][0]
    assert (cell["model_confidence"], cell["mean_duration_ms"]) == (None, None)


def test_progress_of_a_photo_set(app: Connection, shopper: UUID) -> None:
    persona = insert(app, "personas", user_id=shopper)
    photos = insert(
        app, "photo_sets", persona_id=persona, user_id=shopper, style="s", photo_count=2
    )

    def progress() -> tuple[Any, ...]:
        return tuple(
            app.execute(
                text("select completed_count, failed_count, status from photo_set_progress")
            ).one()
        )

    assert progress() == (0, 0, "processing")
    made = [
        job(app, user_id=shopper, photo_set_id=photos, mode="photo_set", category=None)
        for _ in range(3)
    ]
    finish(app, made[0], "completed")
    assert progress() == (1, 0, "processing")
    finish(app, made[1], "failed")
    to(app, made[2], "canceled")
    assert progress() == (1, 1, "failed")
    app.execute(text("delete from personas"))
    # A persona goes, what it cost and counted stays.
    assert app.scalar(text("select count(*) from tryon_jobs")) == 3
