"""Workers, and what launches jobs, killed with SIGKILL again and again; and what has to hold then.

`survive` launches jobs and kills processes at random moments until all of both are done, waits for
the last job to end, and looks for anything that is not as it should be. The launching process does
what a server does at a click: it keeps an upload and launches a job, and cancels some.
"""

import contextlib
import ctypes
import logging
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from database import connections
from database.tenancy import Scope
from settings import settings
from tests.engines import Instant, picture
from tests.rows import insert
from tests.waiting import wait_until
from tryon import jobs, storage
from tryon.engines import Category
from tryon.jobs import Garment, Job
from tryon.storage import Owner
from tryon.worker import Worker

WORKERS = 3
SHOPPERS = 8
LEASE = timedelta(seconds=1)
# How many jobs there may be beyond the share of the kills so far: there is work at every kill.
_AHEAD = 20

# A fresh process every time, but one that does not have to import everything anew.
_processes = get_context("forkserver")
_processes.set_forkserver_preload([__name__])


def _begin(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    settings.cache_clear()
    logging.disable()  # engines fail on purpose; what goes wrong beyond that is found by counting


def _work(environment: dict[str, str]) -> None:
    _begin(environment)
    Worker(engines={"instant": Instant()}, lease=LEASE).run()


def _launch(
    environment: dict[str, str], shoppers: list[UUID], count: int, room: ctypes.c_int
) -> None:
    """Launch what has not been launched yet, and the last few once more, as a browser would."""
    _begin(environment)
    chance = random.Random()
    with connections.writer(Scope.system()) as connection:
        done: int = connection.execute(text("select count(*) from tryon_jobs")).scalar_one()
    for number in range(max(done - 3, 0), count):
        user = shoppers[number % len(shoppers)]
        scope, owner = Scope(user=str(user)), Owner(user)
        color = f"#{number % 64:02x}8040"
        now = datetime.now(UTC)
        selfie = storage.upload(scope, owner, "selfie", picture(color), now)
        garment = storage.upload(scope, owner, "garment", picture("navy"), now)
        errors = {0: ["no_person"], 1: ["rate_limited!"], 2: ["defect"]}.get(number % 20, [])
        wanted = Job(
            "shopper",
            "instant",
            user=user,
            person=selfie,
            category=Category.TOPS,
            garments=(Garment(picture=garment, category=Category.TOPS),),
            parameters={"errors": errors},
            credits=1 + number % 3,
            idempotency_key=f"click {number}",
        )
        (job,) = jobs.launch(scope, [wanted]).jobs
        if chance.random() < 0.1:
            jobs.cancel(scope, [job])
        while number >= room.value:
            time.sleep(0.01)


class _Crowd:
    """The processes that are to be killed, each started again at once."""

    def __init__(self, starts: dict[str, Callable[[], BaseProcess]]) -> None:
        self._starts = starts
        self._running = {name: start() for name, start in starts.items()}
        self.kills = dict.fromkeys(starts, 0)

    def pid(self, name: str) -> int:
        return self._running[name].pid or 0

    def kill(self, name: str) -> None:
        process = self._running[name]
        process.kill()
        process.join()
        self.kills[name] += process.exitcode == -signal.SIGKILL
        self._running[name] = self._starts[name]()

    def end(self) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.join(10)
            process.kill()


@contextlib.contextmanager
def _crowd(shoppers: list[UUID], count: int, room: ctypes.c_int) -> Iterator[_Crowd]:
    names = ("DATABASE_URL", "CLOSETAI_HOME", "CLOSETAI_SECRET", "CLOSETAI_FILES")
    environment = {name: os.environ[name] for name in names if name in os.environ}

    def starting(target: Callable[..., None], *arguments: object) -> Callable[[], BaseProcess]:
        def start() -> BaseProcess:
            process = _processes.Process(target=target, args=(environment, *arguments))
            process.start()
            return process

        return start

    starts = {f"worker {number}": starting(_work) for number in range(WORKERS)}
    crowd = _Crowd({**starts, "launcher": starting(_launch, shoppers, count, room)})
    try:
        yield crowd
    finally:
        crowd.end()


def _number(question: str) -> int:
    with connections.owner() as connection:
        return int(connection.execute(text(question)).scalar_one())


def _wait_for_work(pid: int) -> None:
    """Return as soon as the worker has a job, or after a second."""
    deadline = time.monotonic() + 1
    question = text(
        "select exists (select from job_attempts where ended_at is null and worker like :worker)"
    )
    with connections.owner() as connection:
        while time.monotonic() < deadline:
            if connection.scalar(question, {"worker": f"%-{pid}"}):
                return
            time.sleep(0.002)  # the worker needs the processor as well


def survive(jobs_wanted: int, kills_wanted: int, seed: int) -> dict[str, Any]:
    """Launch and kill as often as wanted; return what was counted, or fail.

    The settings point to an empty database that has been migrated.
    """
    chance = random.Random(seed)
    with connections.owner() as connection:
        shoppers = [insert(connection, "users") for _ in range(SHOPPERS)]
        for shopper in shoppers:
            connection.execute(
                text("select purchase_credits(:user, null, null, :credits)"),
                {"user": shopper, "credits": 3 * jobs_wanted},
            )
    started = time.monotonic()
    # Without a lock: whoever is killed would take it along.
    room: ctypes.c_int = _processes.RawValue(ctypes.c_int, 0)
    with _crowd(shoppers, jobs_wanted, room) as crowd:
        while (killed := sum(crowd.kills.values())) < kills_wanted:
            room.value = killed * jobs_wanted // kills_wanted + _AHEAD
            victim = chance.choice(sorted(crowd.kills))
            if victim != "launcher" and chance.random() < 0.8:
                _wait_for_work(crowd.pid(victim))
            # A random moment is the point here; nothing is waited for.
            time.sleep(chance.random() * 0.02)
            crowd.kill(victim)
        room.value = jobs_wanted
        wait_until(
            lambda: _number("select count(*) from tryon_jobs") == jobs_wanted,
            "all jobs are launched",
            120,
        )
        wait_until(
            lambda: _number("select count(*) from tryon_jobs where finished_at is null") == 0,
            "every job has come to an end",
            180,
        )
    lasted = time.monotonic() - started
    # As if the hour were over for which a file may be without its row.
    storage.erase_requested(datetime.now(UTC) + timedelta(hours=2))
    wrong = {name: found for name, question in _WRONG.items() if (found := _number(question))}
    assert wrong == {}
    assert _files() == _keys(), "files and rows differ"
    with connections.owner() as connection:
        rows = connection.execute(
            text("select cast(status as text), count(*) from tryon_jobs group by 1 order by 1")
        )
        states = {status: count for status, count in rows}  # noqa: C416 – dict() loses the types
    return {
        "jobs": jobs_wanted,
        "kills": sum(crowd.kills.values()),
        "kills_by_process": crowd.kills,
        "seconds": round(lasted, 1),
        "states": states,
        "attempts": _number("select count(*) from job_attempts"),
        "attempts_lost": _number("select count(*) from job_attempts where outcome = 'lost'"),
        "pictures": len(_keys()),
        "credits_spent": -_number(
            "select coalesce(sum(amount), 0) from credit_ledger where job_id is not null"
        ),
        "wrong": wrong,
    }


def _files() -> set[str]:
    folder = Path(settings().files or settings().home / "files")
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _keys() -> set[str]:
    with connections.owner() as connection:
        return set(connection.scalars(text("select key from stored_objects")))


# Each counts what must not be.
_WRONG = {
    "balance is not the sum of the ledger": """
        select count(*) from credit_accounts a
        where balance <> (select sum(amount) from credit_ledger where account_id = a.id)
          or balance <> (select sum(remaining) from credit_lots where account_id = a.id)
    """,
    "a job costs something else than its price, or nothing where it failed": """
        select count(*) from tryon_jobs j
        where coalesce((select sum(amount) from credit_ledger where job_id = j.id), 0)
          <> case when status = 'completed' then -credits else 0 end
    """,
    "a reservation has not ended once": """
        select count(*) from credit_ledger r
        where r.kind = 'reserve'
          and 1 <> (
            select count(*) from credit_ledger e
            where e.job_id = r.job_id and e.lot_id = r.lot_id and e.kind in ('settle', 'release')
          )
    """,
    "a click made two jobs": """
        select count(*) - count(distinct idempotency_key) from tryon_jobs
    """,
    "a completed job without its one picture": """
        select count(*) from tryon_jobs j
        where status = 'completed'
          and 1 <> (select count(*) from job_outputs where job_id = j.id)
    """,
    "a job with a picture that is not completed": """
        select count(*) from job_outputs x join tryon_jobs j on j.id = x.job_id
        where j.status <> 'completed'
    """,
    "a result without a job": """
        select count(*) from stored_objects o
        where kind = 'result' and not exists (select from job_outputs where object_id = o.id)
    """,
    "an attempt that is still open": """
        select count(*) from job_attempts where ended_at is null
    """,
    "a completed job without one completed attempt": """
        select count(*) from tryon_jobs j
        where (status = 'completed')
          <> (select count(*) = 1 from job_attempts where job_id = j.id and outcome = 'completed')
    """,
}
