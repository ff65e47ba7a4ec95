"""The job worker as a process: started beside the others, heard of, hung, killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psutil
import pytest
from sqlalchemy import text

from database import connections
from database.embedded import Cluster
from database.tenancy import Scope
from settings import settings
from tests.rows import insert
from tests.supervised import Running, environment, free_port, running_alone
from tests.waiting import wait_until
from tryon import jobs, queue, storage
from tryon.engines import Category, garments, mannequins
from tryon.engines.pictures import decode
from tryon.jobs import Garment, Job

SYSTEM = Scope.system()


def launch(brand: UUID, engine: str) -> UUID:
    (job,) = jobs.launch(SYSTEM, [Job("studio", engine, brand=brand, credits=0)]).jobs
    return job


def state(job: UUID) -> str:
    with connections.owner() as connection:
        found = connection.scalar(
            text("select cast(status as text) from tryon_jobs where id = :id"), {"id": job}
        )
    return str(found)


def seconds_waited(job: UUID) -> float:
    with connections.owner() as connection:
        question = text(
            "select extract(epoch from finished_at - created_at) from tryon_jobs where id = :id"
        )
        return float(connection.execute(question, {"id": job}).scalar_one())


def job_worker(supervisor: psutil.Process) -> psutil.Process | None:
    for process in supervisor.children(recursive=True):
        try:
            if "tryon.worker" in process.cmdline():
                return process
        except psutil.Error:
            continue  # it has just ended
    return None


@pytest.fixture(scope="module")
def whole() -> Iterator[Running]:
    """Run the whole, with its job worker."""
    with running_alone() as started:
        yield started


@pytest.fixture
def supervisor(whole: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[psutil.Process]:
    """Use its database, and return what the job worker belongs to."""
    monkeypatch.setenv("CLOSETAI_HOME", str(whole.home))
    settings.cache_clear()
    supervisor = psutil.Process(whole.process.pid)
    wait_until(lambda: job_worker(supervisor) is not None, "the job worker runs")
    yield supervisor
    connections.dispose()


def test_one_runs_beside_the_others_behind_them_and_again_after_a_kill(
    supervisor: psutil.Process,
) -> None:
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Nord", slug="nord")
    # What it does with a job of an engine that nobody has, tells that it is there.
    first = launch(brand, "gone")
    wait_until(lambda: state(first) == "failed", "the first job is done")
    worker = job_worker(supervisor)
    assert worker
    assert worker.nice() == 10
    second = launch(brand, "gone")
    wait_until(lambda: state(second) == "failed", "a waiting worker hears of a job")
    assert seconds_waited(second) < 2.5
    with connections.owner() as connection:
        # Nobody is told of this one.
        lost = insert(
            connection,
            "tryon_jobs",
            brand_id=brand,
            origin="studio",
            engine="gone",
            credits=0,
        )
    wait_until(lambda: state(lost) == "failed", "a lost wake-up is found")
    # It is looked for within five seconds, and there is the time that the failing takes.
    assert seconds_waited(lost) < 7
    worker.kill()
    wait_until(lambda: not worker.is_running(), "it has ended")
    third = launch(brand, "gone")
    wait_until(lambda: state(third) == "failed", "another one has taken its place")


_HANGS = """
import os, threading
from datetime import UTC, datetime, timedelta
from tests.engines import Instant
from tryon.worker import Worker

class Hangs(Instant):
    def submit(self, request, key):
        print("begun", flush=True)
        threading.Event().wait()

Worker(
    engines={"instant": Hangs()},
    lease=timedelta(seconds=0.6),
    time_limit=timedelta(seconds=float(os.environ["LIMIT"])),
).run()
"""


def hanging(database: Cluster, limit: float) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _HANGS],
        env=environment(
            database.data.parent, free_port(), DATABASE_URL=database.url(), LIMIT=str(limit)
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.fixture
def job(database: Cluster) -> UUID:  # noqa: ARG001 – it must be there first
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Nord", slug="nord")
    return launch(brand, "instant")


def attempts() -> list[tuple[str | None, str | None]]:
    with connections.owner() as connection:
        question = text("select outcome, error_code from job_attempts order by number")
        return [tuple(row) for row in connection.execute(question)]


_WAITS = """
import threading
from datetime import timedelta
from tests.engines import Instant
from tryon.engines import Progress
from tryon.worker import Worker

class Far(Instant):
    def poll(self, reference):
        print("waits", flush=True)
        return Progress(done=False, again_s=60)

    def cancel(self, reference):
        print("canceled", flush=True)
        return True

engines = {"near": Instant("near"), "far": Far("far")}
lease = timedelta(seconds=0.6)
here = Worker(engines, lease, never={"far"})
here.run(Worker(engines, lease, name="waiting", only={"far"}, at_once=2))
"""


def test_it_waits_for_several_providers_while_it_makes_others(database: Cluster) -> None:
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Nord", slug="nord")
    far = [launch(brand, "far") for _ in range(3)]
    near = launch(brand, "near")
    with subprocess.Popen(
        [sys.executable, "-c", _WAITS],
        env=environment(database.data.parent, free_port(), DATABASE_URL=database.url()),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        assert [process.stdout.readline() for _ in range(2)] == ["waits\n", "waits\n"]
        wait_until(lambda: state(near) == "completed", "the one that is made here is done")
        assert [state(job) for job in far] == ["processing", "processing", "queued"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        # Whoever takes them next finds them with the provider.
        assert process.stdout.read() == ""
    with connections.owner() as connection:
        question = text(
            "select worker, outcome, reference is not null as is_known, retry_at <= now() as is_due"
            " from job_attempts where engine = 'far' order by worker"
        )
        given_back = [tuple(row) for row in connection.execute(question)]
    assert given_back == [("waiting", "lost", True, True)] * 2


def test_an_engine_that_cannot_be_stopped_ends_its_worker(database: Cluster, job: UUID) -> None:
    with hanging(database, 0.5) as process:
        assert process.wait(30) == 70
    assert attempts() == [("failed", "timeout")]
    assert state(job) == "processing"  # it is tried again


def test_sigterm_gives_the_job_back_at_once(database: Cluster, job: UUID) -> None:
    with hanging(database, 60) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert attempts() == [("lost", None)]
    held = queue.claim("another", timedelta(seconds=15))
    assert held is not None
    assert held.job == job


def test_a_long_job_is_kept_as_long_as_its_worker_lives(database: Cluster, job: UUID) -> None:
    with hanging(database, 60) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        with connections.owner() as connection:
            question = text("select lease_until from job_attempts where job_id = :job")
            first = connection.execute(question, {"job": job}).scalar_one()

        def renewed() -> bool:
            with connections.owner() as connection:
                return bool(connection.execute(question, {"job": job}).scalar_one() > first)

        wait_until(renewed, "the lease is renewed")
        assert queue.claim("another", timedelta(seconds=15)) is None
        process.kill()
        wait_until(
            lambda: queue.claim("another", timedelta(seconds=15)) is not None,
            "the job of a killed worker is taken over",
        )


@pytest.mark.usefixtures("supervisor")
def test_a_photo_becomes_a_picture() -> None:
    now = datetime.now(UTC)
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Sud", slug="sud")
    owner = storage.Owner(brand=brand)
    person = mannequins.draw(mannequins.family()[0]).encoded()
    tee = next(one for one in garments.collection() if one.category is Category.TOPS)
    wanted = Job(
        "studio",
        "preview",
        brand=brand,
        person=storage.upload(SYSTEM, owner, "selfie", person, now),
        garments=(
            Garment(
                picture=storage.upload(SYSTEM, owner, "garment", garments.draw(tee).encoded(), now),
                category=tee.category,
            ),
        ),
        credits=0,
    )
    (job,) = jobs.launch(SYSTEM, [wanted]).jobs
    wait_until(lambda: state(job) in ("completed", "failed"), "it has ended", 60)
    assert state(job) == "completed"
    with connections.writer(Scope.of_brands([brand])) as connection:
        made = connection.execute(
            text("select object_id from job_outputs where job_id = :job"), {"job": job}
        ).scalar_one()
        result = decode(storage.load(connection, made), "the result")
    assert max(result.shape) == 1024
