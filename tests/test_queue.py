"""The queue on a real database: what runs next, who holds it, and how it ends."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from procrastinate.periodic import MARGIN, PeriodicDeferrer
from sqlalchemy import text

from database import connections
from database.tenancy import Scope
from settings import settings
from tests.engines import Instant, picture
from tests.rows import insert
from tryon import jobs, queue, storage
from tryon.engines import Category
from tryon.jobs import Garment, Job, JobError, NotEnoughCreditsError, Outcome
from tryon.queue import Claim
from tryon.storage import Owner
from tryon.worker import Worker

pytestmark = pytest.mark.usefixtures("database")

SYSTEM = Scope.system()
LEASE = timedelta(seconds=15)


def one(question: str, **values: Any) -> Any:
    with connections.owner() as connection:
        return connection.execute(text(question), values).one()


def change(statement: str, **values: Any) -> int:
    with connections.owner() as connection:
        return connection.execute(text(statement), values).rowcount


def make_brand(slug: str, balance: int = 1000) -> UUID:
    with connections.owner() as connection:
        brand = insert(connection, "brands", name=slug.title(), slug=slug)
        connection.execute(
            text("select purchase_credits(null, :brand, null, :credits)"),
            {"brand": brand, "credits": balance},
        )
    assert isinstance(brand, UUID)
    return brand


def make_user(role: str = "shopper") -> UUID:
    with connections.owner() as connection:
        found = insert(connection, "users", role=role)
    assert isinstance(found, UUID)
    return found


@pytest.fixture
def brand() -> UUID:
    return make_brand("nord")


def studio(brand: UUID, **values: Any) -> Job:
    return Job(**{"origin": "studio", "engine": "instant", "brand": brand, **values})


def launch(*wanted: Job, scope: Scope = SYSTEM, batch: str | None = None) -> list[UUID]:
    return list(jobs.launch(scope, wanted, batch=batch).jobs)


def claim(worker: str = "one") -> Claim:
    found = queue.claim(worker, LEASE)
    assert found is not None
    return found


def state(job: UUID) -> str:
    return str(one("select status from tryon_jobs where id = :job", job=job).status)


def balance(owner: UUID) -> int:
    """The balance, which has to be the sum of the ledger."""
    row = one(
        "select balance, (select sum(amount) from credit_ledger l where l.account_id = a.id) as sum"
        " from credit_accounts a where :owner in (user_id, brand_id)",
        owner=owner,
    )
    assert row.balance == row.sum
    return int(row.balance)


def complete(held: Claim, files: list[storage.File] | None = None) -> bool:
    return queue.complete(
        held, files or [], version="1", confidence=0.9, signals={}, cost=Decimal("0.01")
    )


def worker(engine: Instant, **values: Any) -> Worker:
    return Worker(engines={"instant": engine}, name="tests", **values)


# Launching


def test_launching_reserves_credits_and_keeps_what_was_asked(brand: UUID) -> None:
    with connections.owner() as connection:
        product = insert(connection, "products", brand_id=brand, name="Coat", category="jackets")
    wanted = studio(
        brand,
        garments=(Garment(product=product),),
        prompt="in the rain",
        parameters={"seed": 7},
        credits=3,
    )
    launched = jobs.launch(SYSTEM, [wanted, wanted], batch="Autumn")
    row = one("select * from tryon_jobs where id = :id", id=launched.jobs[1])
    assert (row.status, row.prompt, row.parameters, row.credits) == (
        "queued",
        "in the rain",
        {"seed": 7},
        3,
    )
    assert row.batch_id == launched.batch
    assert one("select name from batches").name == "Autumn"
    assert one("select count(*), min(product_id::text) from tryon_garments") == (2, str(product))
    assert balance(brand) == 994


def test_too_few_credits_launch_nothing_at_all() -> None:
    brand = make_brand("poor", balance=2)
    with pytest.raises(NotEnoughCreditsError, match="these 3 jobs need 3"):
        launch(*[studio(brand)] * 3, batch="Autumn")
    with pytest.raises(NotEnoughCreditsError, match="this job needs 3, the balance is 2"):
        launch(studio(brand, credits=3))
    assert one("select count(*) from tryon_jobs").count == 0
    assert one("select count(*) from batches").count == 0
    assert balance(brand) == 2


def test_an_idempotency_key_launches_once(brand: UUID) -> None:
    keyed = studio(brand, idempotency_key="click", garments=(Garment(category=None),))
    first = launch(keyed)
    assert launch(keyed) == first
    assert launch(keyed, studio(brand))[0] == first[0]
    assert one("select count(*) from tryon_garments").count == 1
    assert balance(brand) == 998


def test_nobody_launches_with_what_they_do_not_see(brand: UUID) -> None:
    other, manager = make_brand("other"), make_user("brand_manager")
    mine = Scope.of_brands([brand], manager)
    with connections.owner() as connection:
        product = insert(connection, "products", brand_id=other, name="Coat")
        persona = insert(connection, "personas", brand_id=other)
        batch = insert(connection, "batches", brand_id=other, name="Theirs")
    theirs = storage.upload(SYSTEM, Owner(brand=other), "garment", picture(), datetime.now(UTC))
    for garment in (Garment(product=product), Garment(picture=theirs)):
        with pytest.raises(JobError, match="is not there"):
            launch(studio(brand, garments=(garment,)), scope=mine)
    for values in (
        {"person": theirs},
        {"persona": persona},
        {"product": product},
        {"batch": batch},
    ):
        with pytest.raises(JobError, match="is not there"):
            launch(studio(brand, **values), scope=mine)
    with pytest.raises(JobError, match="You cannot launch jobs for this brand"):
        launch(studio(other), scope=mine)
    assert one("select count(*) from tryon_jobs").count == 0
    assert len(launch(studio(brand, user=manager), scope=mine)) == 1


def test_a_demo_visitor_launches_demo_jobs_and_so_many_an_hour() -> None:
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Demo", slug="demo", is_demo=True)
    visitor, another = make_user("demo_viewer"), make_user("demo_viewer")
    scope = Scope(brands="demo", user=str(visitor))

    def wanted(**values: Any) -> Job:
        given = {"origin": "demo", "engine": "preview", "brand": brand, "user": visitor}
        return Job(**{**given, **values})

    with pytest.raises(JobError, match="demo jobs only"):
        launch(wanted(origin="studio"), scope=scope)
    with pytest.raises(JobError, match="demo jobs only"):
        launch(wanted(user=another), scope=scope)
    with pytest.raises(JobError, match="built-in engines only"):
        launch(wanted(engine="gemini"), scope=scope)
    launch(*[wanted()] * 4, scope=scope)
    with pytest.raises(JobError, match="5 try-ons an hour"):
        launch(wanted(), wanted(), scope=scope)
    launch(wanted(), scope=scope)
    with pytest.raises(JobError, match="5 try-ons an hour"):
        launch(wanted(), scope=scope)
    change(
        "insert into tryon_jobs (brand_id, user_id, origin, engine, credits)"
        " select :brand, :user, 'demo', 'preview', 0 from generate_series(1, 55)",
        brand=brand,
        user=make_user("demo_viewer"),
    )
    with pytest.raises(JobError, match="The demo is busy"):
        launch(wanted(user=another), scope=Scope(brands="demo", user=str(another)))
    change("update tryon_jobs set created_at = now() - interval '61 minutes'")
    launch(wanted(), scope=scope)


# What runs next


def test_the_higher_priority_first_and_then_the_oldest(brand: UUID) -> None:
    batch, second = launch(studio(brand, priority=jobs.BATCH), studio(brand, priority=jobs.BATCH))
    change(
        "update tryon_jobs set created_at = created_at - interval '1 s' where id = :id", id=second
    )
    (click,) = launch(studio(brand))
    assert [claim().job for _ in range(3)] == [click, second, batch]
    assert queue.claim("one", LEASE) is None


def test_a_thousand_jobs_of_one_brand_do_not_hold_up_another(brand: UUID) -> None:
    many = launch(*[studio(brand)] * 1000, batch="Everything")
    other = make_brand("other")
    few = launch(studio(other), studio(other))
    # One worker alone, which finishes each before it takes the next.
    order = []
    for _ in range(5):
        held = claim()
        order.append(held.job in many)
        assert complete(held)
    assert order == [True, False, True, False, True]
    assert {state(job) for job in few} == {"completed"}


def test_the_brand_with_the_fewest_running_comes_first(brand: UUID) -> None:
    other = make_brand("other")
    launch(*[studio(brand)] * 4)
    launch(*[studio(other)] * 4)
    turns = [
        one("select brand_id from tryon_jobs where id = :id", id=claim().job)[0] for _ in range(6)
    ]
    assert turns == [brand, other] * 3
    # Two of the other's end: it has fewer running, however many turns it has had.
    change("update tryon_jobs set status = 'canceled' where brand_id = :b and status='processing'",
           b=other)  # fmt: skip
    assert one("select brand_id from tryon_jobs where id = :id", id=claim().job)[0] == other


def test_a_paused_batch_waits_and_goes_on(brand: UUID) -> None:
    launched = jobs.launch(SYSTEM, [studio(brand)] * 2, batch="Autumn")
    assert launched.batch
    held = claim()
    jobs.pause(SYSTEM, launched.batch)
    jobs.pause(SYSTEM, launched.batch)
    assert queue.claim("one", LEASE) is None
    assert complete(held)
    jobs.resume(SYSTEM, launched.batch)
    assert claim().job in launched.jobs
    stranger = Scope.of_brands([make_brand("other")], make_user("brand_manager"))
    with pytest.raises(JobError, match="no such batch"):
        jobs.pause(stranger, launched.batch)


def test_priority_can_be_changed_while_a_job_waits(brand: UUID) -> None:
    first, second = launch(*[studio(brand, priority=jobs.BATCH)] * 2)
    assert jobs.set_priority(SYSTEM, [second], jobs.LAUNCH) == 1
    assert claim().job == second
    assert jobs.set_priority(SYSTEM, [second], jobs.BATCH) == 0
    assert claim().job == first
    with pytest.raises(JobError, match="no such priority"):
        jobs.set_priority(SYSTEM, [first], 11)


def test_jobs_launched_together_run_in_the_order_in_which_they_were_asked_for(brand: UUID) -> None:
    launched = launch(*[studio(brand)] * 12)
    assert [claim().job for _ in launched] == launched


def test_engines_are_taken_apart_when_that_is_asked_for(brand: UUID) -> None:
    far, near = launch(studio(brand, engine="far"), studio(brand))
    assert queue.claim("tests", LEASE, only=["further"]) is None
    assert queue.claim("tests", LEASE, only=[]) is None
    there = queue.claim("tests", LEASE, only=["far", "further"])
    assert there is not None
    assert there.job == far
    here = queue.claim("tests", LEASE, never=["far"])
    assert here is not None
    assert here.job == near


def test_what_runs_next_is_told_to_the_system_alone(brand: UUID) -> None:
    (job,) = launch(studio(brand))
    question = text("select id from next_job(null, '{}')")
    for scope in (Scope(), Scope.of_brands([brand]), Scope(brands="demo")):
        with connections.writer(scope) as connection:
            assert connection.scalars(question).all() == []
    with connections.writer(SYSTEM) as connection:
        assert connection.scalars(question).all() == [job]


def test_workers_side_by_side_never_take_the_same_job(brand: UUID) -> None:
    launched = launch(*[studio(brand)] * 60)

    def work(number: int) -> list[UUID]:
        taken = []
        while (held := queue.claim(f"worker {number}", LEASE)) is not None:
            taken.append(held.job)
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [job for found in pool.map(work, range(8)) for job in found]
    assert sorted(taken) == sorted(launched)
    assert one("select count(*), max(number) from job_attempts") == (60, 1)


# Leases


def lose(held: Claim) -> None:
    """Let the worker of an attempt not have been heard of for too long."""
    assert change(
        "update job_attempts set lease_until = now() - interval '1 ms'"
        " where job_id = :job and number = :number and ended_at is null",
        job=held.job,
        number=held.attempt,
    )


def test_a_lost_worker_s_job_is_taken_over_and_its_answer_is_late(brand: UUID) -> None:
    (job,) = launch(studio(brand))
    lost = claim()
    assert queue.claim("two", LEASE) is None
    assert queue.renew(lost, LEASE)
    assert queue.note_reference(lost, "order 1")
    lose(lost)
    held = claim("two")
    assert (held.job, held.attempt) == (job, 2)
    # The same order: it is found again, and not paid twice.
    assert (held.reference, held.key) == ("order 1", lost.key)
    assert not queue.renew(lost, LEASE)
    assert not queue.note_reference(lost, "order 2")
    assert not complete(lost)
    assert not queue.fail(lost, "timeout", "Too late.", retryable=False)
    queue.release(lost)
    assert state(job) == "processing"
    assert queue.renew(held, LEASE)
    assert complete(held)
    assert not complete(held)
    assert not queue.fail(held, "timeout", "Too late.", retryable=False)
    outcomes = one("select array_agg(outcome order by number) as o from job_attempts").o
    assert outcomes == ["lost", "completed"]
    assert balance(brand) == 999
    ends = one("select count(*) from credit_ledger where job_id is not null and kind = 'settle'")
    assert ends.count == 1


def test_a_worker_that_answers_in_time_after_all_keeps_its_job(brand: UUID) -> None:
    launch(studio(brand))
    slow = claim()
    lose(slow)
    assert queue.renew(slow, LEASE)
    assert queue.claim("two", LEASE) is None
    assert complete(slow)


def test_a_job_that_ends_every_worker_is_given_up(brand: UUID) -> None:
    (job,) = launch(studio(brand))
    for _ in range(queue.MOST_ATTEMPTS):
        lose(claim())
    assert queue.claim("one", LEASE) is None
    row = one("select status, failure_code from tryon_jobs where id = :job", job=job)
    assert row == ("failed", "worker_lost")
    assert balance(brand) == 1000


# Failures and cancellation


def test_what_may_pass_is_tried_again_later_and_what_may_not_fails(brand: UUID) -> None:
    (job,) = launch(studio(brand))
    waits = []
    for number in range(1, queue.MOST_FAILURES):
        held = claim()
        assert held.key == f"{job}-{number - 1}"
        assert queue.fail(held, "rate_limited", "Too many.", retryable=True)
        assert state(job) == "processing"
        assert queue.claim("one", LEASE) is None
        row = one(
            "select extract(epoch from retry_at - ended_at)::float as wait from job_attempts"
            " where number = :number",
            number=number,
        )
        waits.append(round(row.wait))
        change("update job_attempts set retry_at = now()")
    assert waits == [5, 30]
    held = claim()
    assert queue.fail(held, "rate_limited", "Too many.", retryable=True)
    row = one("select status, failure_code, failure_message from tryon_jobs")
    assert row == ("failed", "rate_limited", "Too many.")
    assert balance(brand) == 1000


def test_the_engine_says_how_long_to_wait(brand: UUID) -> None:
    launch(studio(brand))
    queue.fail(claim(), "rate_limited", "x", retryable=True, wait=timedelta(seconds=77))
    wait = one("select round(extract(epoch from retry_at - ended_at)) as wait from job_attempts")
    assert wait.wait == 77


def test_cancel_says_what_came_of_it_in_every_state(brand: UUID) -> None:
    waiting, running, done, failed, canceled = launch(*[studio(brand)] * 5)
    held = {}
    for _ in range(5):
        taken = claim()
        held[taken.job] = taken
    # One has never been started: a new one takes its place.
    (waiting,) = launch(studio(brand))
    assert complete(held[done])
    assert queue.fail(held[failed], "no_person", "Nobody is seen.", retryable=False)
    assert jobs.cancel(SYSTEM, [canceled])[canceled] is Outcome.UNDER_WAY
    unknown = UUID(int=1)
    before = balance(brand)
    everything = [waiting, running, done, failed, canceled, unknown]
    assert list(jobs.cancel(SYSTEM, everything).values()) == [
        Outcome.BEFORE,
        Outcome.UNDER_WAY,
        Outcome.COMPLETED,
        Outcome.FAILED,
        Outcome.CANCELED,
        Outcome.UNKNOWN,
    ]
    assert balance(brand) == before + 2
    assert [state(job) for job in everything[:-1]] == [
        "canceled", "canceled", "completed", "failed", "canceled",
    ]  # fmt: skip
    # The attempt has ended with the job: its worker hears so, and its answer is late.
    assert not queue.renew(held[running], LEASE)
    assert not complete(held[running])
    stranger = Scope.of_brands([make_brand("other")], make_user("brand_manager"))
    assert jobs.cancel(stranger, [waiting])[waiting] is Outcome.UNKNOWN


def test_a_retry_is_one_new_job_with_the_same_inputs(brand: UUID) -> None:
    with connections.owner() as connection:
        product = insert(connection, "products", brand_id=brand, name="Coat", category="jackets")
    wanted = studio(brand, garments=(Garment(product=product),), parameters={"seed": 7}, priority=0)
    launched = jobs.launch(SYSTEM, [wanted], batch="Autumn")
    (job,) = launched.jobs
    with pytest.raises(JobError, match="Only a job that has failed or was canceled"):
        jobs.retry(SYSTEM, job)
    queue.fail(claim(), "no_person", "Nobody is seen.", retryable=False)
    again = jobs.retry(SYSTEM, job)
    assert jobs.retry(SYSTEM, job) == again
    assert again != job
    row = one(
        "select parameters, status, priority, batch_id from tryon_jobs where id = :id", id=again
    )
    assert row == ({"seed": 7}, "queued", jobs.LAUNCH, launched.batch)
    garment = one("select product_id from tryon_garments where job_id = :id", id=again)
    assert garment.product_id == product
    assert balance(brand) == 999
    stranger = Scope.of_brands([make_brand("other")], make_user("brand_manager"))
    with pytest.raises(JobError, match="no such job"):
        jobs.retry(stranger, job)


def test_nobody_retries_on_a_shopper_s_credits(brand: UUID) -> None:
    shopper, manager = make_user(), make_user("brand_manager")
    (job,) = launch(Job("shopper", "instant", brand=brand, user=shopper, category=Category.TOPS))
    jobs.cancel(SYSTEM, [job])
    with pytest.raises(JobError, match="Only the shopper"):
        jobs.retry(Scope.of_brands([brand], manager), job)
    assert state(jobs.retry(Scope(user=str(shopper)), job)) == "queued"
    assert balance(shopper) == 24


# The worker


@pytest.fixture
def inputs(brand: UUID) -> dict[str, Any]:
    """A person and a garment, as stored pictures."""
    owner, now = Owner(brand=brand), datetime.now(UTC)
    person = storage.upload(SYSTEM, owner, "selfie", picture("pink"), now)
    garment = storage.upload(SYSTEM, owner, "garment", picture("navy"), now)
    return {
        "person": person,
        "garments": (Garment(picture=garment, category=Category.TOPS),),
    }


def test_a_worker_makes_a_job_s_picture(brand: UUID, inputs: dict[str, Any]) -> None:
    (job,) = launch(studio(brand, **inputs, prompt="in the rain"))
    engine = Instant()
    assert worker(engine).work_off() == 1
    (request,) = engine.requests
    assert request.person
    assert request.person.startswith(b"RIFF")
    assert [garment.category for garment in request.garments] == ["tops"]
    assert request.prompt == "in the rain"
    row = one("select * from tryon_jobs where id = :job", job=job)
    assert (row.status, float(row.confidence), row.engine_version) == ("completed", 0.875, "1.0")
    assert row.signals == {"coverage": 0.5, "warnings": ["The sleeve is short."]}
    assert float(row.engine_cost_usd) == 0.04
    made = one("select object_id, is_selected from job_outputs where job_id = :job", job=job)
    assert made.is_selected
    with connections.writer(Scope.of_brands([brand])) as connection:
        assert storage.load(connection, made.object_id).startswith(b"RIFF")
    attempt = one("select worker, outcome, reference from job_attempts")
    assert attempt == ("tests", "completed", None)


@pytest.mark.parametrize(
    ("errors", "status", "code"),
    [
        (["rate_limited!"], "completed", None),
        (["timeout!", "provider_unavailable!"], "completed", None),
        (["timeout!", "timeout!", "timeout!"], "failed", "timeout"),
        (["no_person"], "failed", "no_person"),
        (["defect"], "failed", "engine_error"),
    ],
)
def test_a_worker_and_an_engine_that_fails(
    brand: UUID, errors: list[str], status: str, code: str | None
) -> None:
    launch(studio(brand, parameters={"errors": errors}))
    working = worker(Instant())
    while working.work_off():
        change("update job_attempts set retry_at = now()")
    row = one("select status, failure_code, failure_message from tryon_jobs")
    assert (row.status, row.failure_code) == (status, code)
    assert "secret" not in (row.failure_message or "")
    assert balance(brand) == (999 if status == "completed" else 1000)


def test_a_job_of_an_engine_that_is_not_there_fails_with_a_sentence(brand: UUID) -> None:
    launch(studio(brand, engine="gone"))
    worker(Instant()).work_off()
    row = one("select failure_code, failure_message from tryon_jobs")
    assert row == ("provider_unavailable", "The engine gone is not available here.")


def test_an_answer_that_is_no_picture_fails(brand: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.engines.picture", lambda: b"<html>502</html>")
    launch(studio(brand))
    working = worker(Instant())
    while working.work_off():
        change("update job_attempts set retry_at = now()")
    assert one("select status, failure_code from tryon_jobs") == ("failed", "bad_answer")


def test_an_order_of_a_lost_worker_is_fetched_and_not_placed_again(brand: UUID) -> None:
    launch(studio(brand))
    lost = claim()
    queue.note_reference(lost, lost.key)
    lose(lost)
    engine = Instant(remembers=True)
    worker(engine).work_off()
    assert engine.keys == []
    assert one("select status from tryon_jobs").status == "completed"


def test_an_order_that_nobody_knows_is_placed_again_under_the_same_key(brand: UUID) -> None:
    launch(studio(brand))
    lost = claim()
    queue.note_reference(lost, lost.key)
    lose(lost)
    engine = Instant()
    worker(engine).work_off()
    assert engine.keys == [lost.key]
    assert one("select status from tryon_jobs").status == "completed"


def test_an_engine_that_forgets_at_once_is_not_asked_for_ever(brand: UUID) -> None:
    launch(studio(brand))
    lost = claim()
    queue.note_reference(lost, lost.key)
    lose(lost)
    engine = Instant()
    engine.meanwhile = engine.known.clear
    engine.polls = 1
    worker(engine).work_off()
    assert engine.keys == [lost.key]
    assert one("select error_code from job_attempts where number = 2")[0] == "unknown_reference"


def test_a_job_that_is_canceled_meanwhile_is_given_up(brand: UUID, inputs: dict[str, Any]) -> None:
    (job,) = launch(studio(brand, **inputs))
    engine = Instant(polls=10_000)

    def cancel_it() -> None:
        jobs.cancel(SYSTEM, [job])

    engine.meanwhile = cancel_it
    worker(engine, lease=timedelta(seconds=0.3)).work_off()
    assert len(engine.canceled) == 1
    assert state(job) == "canceled"
    assert balance(brand) == 1000


def test_a_picture_that_comes_after_the_cancellation_is_not_kept(
    brand: UUID, inputs: dict[str, Any]
) -> None:
    (job,) = launch(studio(brand, **inputs))
    engine = Instant()

    def cancel_it() -> None:
        jobs.cancel(SYSTEM, [job])

    engine.meanwhile = cancel_it
    worker(engine).work_off()
    assert one("select count(*) from job_outputs").count == 0
    files = settings().home / "files"
    before = len(list(files.rglob("*.webp")))
    assert storage.erase_requested(datetime.now(UTC)) == 1
    assert len(list(files.rglob("*.webp"))) == before - 1


def test_an_engine_that_takes_too_long_is_stopped(brand: UUID) -> None:
    launch(studio(brand))
    engine = Instant(polls=10_000)
    worker(engine, time_limit=timedelta(seconds=0.1)).work_off()
    assert len(engine.canceled) == 1
    row = one("select outcome, error_code, retry_at is not null as again from job_attempts")
    assert row == ("failed", "timeout", True)


def test_what_ends_a_worker_in_order_gives_its_job_back(brand: UUID) -> None:
    (job,) = launch(studio(brand))

    def end() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        worker(Instant(meanwhile=end)).work_off()
    assert one("select outcome from job_attempts").outcome == "lost"
    assert worker(Instant()).work_off() == 1
    assert state(job) == "completed"


def test_a_launch_wakes_the_workers_in_its_own_transaction(brand: UUID) -> None:
    question = "select array_agg(queue_name order by queue_name) as queues from procrastinate_jobs"
    with connections.writer(SYSTEM) as connection:
        queue.wake(connection)
        assert one(question).queues is None  # nobody is woken before there is something to do
    assert one(question).queues == ["elsewhere", "here"]
    launch(studio(brand))
    assert one("select count(*) from procrastinate_jobs where task_name = 'look'").count == 4


def test_a_job_whose_wake_up_is_lost_is_looked_for_within_five_seconds(brand: UUID) -> None:
    (job,) = launch(studio(brand))
    with connections.owner() as connection:
        connection.execute(text("delete from procrastinate_jobs"))
    service = worker(Instant())._service(queue.QUEUES)
    registry = service.app.periodic_registry
    (scheduled,) = registry.periodic_tasks.values()
    # The schedule may be half a second late.
    schedule = PeriodicDeferrer(registry)
    assert max(schedule.get_next_tick(at=second) for second in range(120)) + MARGIN < 5
    assert scheduled.task.queue in service.queues

    async def next_time() -> None:
        async with service.app.open_async() as app:
            await schedule.defer_jobs([(scheduled, 0)])
            await app.run_worker_async(
                queues=list(service.queues), wait=False, delete_jobs="always"
            )

    asyncio.run(next_time())
    assert state(job) == "completed"


def test_results_belong_to_whom_they_were_made_for(brand: UUID) -> None:
    shopper, visitor = make_user(), make_user("demo_viewer")
    category = Category.TOPS
    launch(
        Job("shopper", "instant", brand=brand, user=shopper, category=category),
        Job("studio", "instant", brand=brand, user=shopper),
        Job("demo", "instant", brand=brand, user=visitor),
    )
    worker(Instant()).work_off()
    with connections.owner() as connection:
        owners = {
            row.origin: (row.user_id, row.brand_id)
            for row in connection.execute(
                text(
                    "select j.origin, o.user_id, o.brand_id from tryon_jobs j"
                    " join job_outputs x on x.job_id = j.id join stored_objects o"
                    " on o.id = x.object_id"
                )
            )
        }
    assert owners == {"shopper": (shopper, brand), "studio": (None, brand), "demo": (visitor, None)}
