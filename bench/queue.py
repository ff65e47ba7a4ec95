"""The queue: a thousand jobs of two brands, by one worker and by two; the pace of the preview.

Run as a program it is a job worker whose engine needs no time, beside the real one.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import psutil
from sqlalchemy import text

from bench.results import table
from database import connections
from database.tenancy import Scope
from settings import ROOT
from tryon import jobs, storage
from tryon.engines import Category, Mode, Picture, Progress, Request, Result, garments, mannequins
from tryon.engines.preview import NAME, Preview
from tryon.jobs import Garment, Job
from tryon.worker import Worker

JOBS = 1000
# Of the thousand, those of the brand that comes second; with turns taken they end as the 200th.
OF_SECOND = 100
PREVIEWS = 10
# Seconds for all of them; longer is a defect.
_LONGEST = 600
_SYSTEM = Scope.system()
# By which they are found again.
_BATCH = "made by make bench"


class _Instant:
    """An engine that needs no time: what is left is the queue, the pictures and the books."""

    name = "bench"
    modes = frozenset(Mode)

    def __init__(self) -> None:
        self._picture = Picture(mannequins.draw(mannequins.family()[0]).encoded())

    def submit(self, request: Request, key: str) -> str:  # noqa: ARG002 – it looks at nothing
        return key

    def poll(self, reference: str) -> Progress:  # noqa: ARG002
        return Progress(done=True)

    def fetch(self, reference: str) -> Result:  # noqa: ARG002
        return Result(pictures=(self._picture,), engine_version="1", confidence=0.5)

    def cancel(self, reference: str) -> bool:  # noqa: ARG002
        return False


def measure() -> list[dict[str, object]]:
    """Rows of name, jobs, jobs_per_s of one worker, second_done_as, and memory_mib of one worker.

    ``second_done_as`` is the place, among all jobs, at which the second brand's last one ended.
    """
    first, second = _brands()
    rows = []
    try:
        for workers in (1, 2):
            wanted = [_job(first, "bench")] * (JOBS - OF_SECOND) + [
                _job(second, "bench")
            ] * OF_SECOND
            rows.append(_run(f"no engine, {workers} worker(s)", wanted, workers, second))
            _clear()
        rows.append(_run("preview, 1 worker", [_worn(first)] * PREVIEWS, 1, None))
    finally:
        _clear()
    return rows


def report(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table."""
    return table(
        {
            "name": "what",
            "jobs": "jobs",
            "jobs_per_s": "jobs/s a worker",
            "second_done_as": "second brand done as",
            "memory_mib": "MiB a worker",
        },
        rows,
    )


def _brands() -> tuple[UUID, UUID]:
    with connections.owner() as connection:
        first, second = connection.scalars(text("select id from brands order by id limit 2"))
    return first, second


def _job(brand: UUID, engine: str, **values: Any) -> Job:
    return Job("studio", engine, brand=brand, credits=0, **values)


def _worn(brand: UUID) -> Job:
    owner, now = storage.Owner(brand=brand), datetime.now(UTC)
    person = mannequins.draw(mannequins.family()[0]).encoded()
    tee = next(one for one in garments.collection() if one.category is Category.TOPS)
    picture = storage.upload(_SYSTEM, owner, "garment", garments.draw(tee).encoded(), now)
    return _job(
        brand,
        NAME,
        person=storage.upload(_SYSTEM, owner, "selfie", person, now),
        garments=(Garment(picture=picture, category=tee.category),),
    )


def _run(name: str, wanted: Sequence[Job], workers: int, second: UUID | None) -> dict[str, object]:
    launched = list(jobs.launch(_SYSTEM, wanted, batch=_BATCH).jobs)
    with _workers(workers) as processes:
        deadline = monotonic() + _LONGEST
        while _open(launched):
            if monotonic() > deadline:
                raise TimeoutError(f"{name}: not done after {_LONGEST} s")
            sleep(0.2)
        memory = max(process.memory_info().rss for process in processes) / 2**20
    with connections.owner() as connection:
        row = connection.execute(
            text(
                """
                select
                  count(*) / extract(epoch from max(finished_at) - min(started_at)) as pace,
                  max(place) filter (where brand_id = :second) as last,
                  count(*) filter (where status = 'completed') as completed
                from (
                  select *, row_number() over (order by finished_at) as place
                  from tryon_jobs where id = any(:ids)
                ) as j
                """
            ),
            {"ids": launched, "second": second},
        ).one()
    return {
        "name": name,
        "jobs": row.completed,
        "jobs_per_s": round(float(row.pace) / workers, 1),
        "second_done_as": row.last,
        "memory_mib": round(memory),
    }


def _open(launched: list[UUID]) -> int:
    with connections.owner() as connection:
        return int(
            connection.execute(
                text(
                    "select count(*) from tryon_jobs where id = any(:ids) and finished_at is null"
                ),
                {"ids": launched},
            ).scalar_one()
        )


@contextmanager
def _workers(count: int) -> Iterator[list[psutil.Process]]:
    command = [sys.executable, "-m", "bench.queue"]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(count)]
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def _clear() -> None:
    """Take away the jobs and their pictures: the data stay what they were."""
    with connections.owner() as connection:
        for statement in (
            """
            delete from stored_objects o using batches b
            inner join tryon_jobs j on j.batch_id = b.id
            left join job_outputs x on x.job_id = j.id
            left join tryon_garments g on g.job_id = j.id
            where b.name = :name and o.id in (x.object_id, g.object_id, j.selfie_object_id)
            """,
            """
            delete from tryon_jobs j using batches b where b.id = j.batch_id and b.name = :name
            """,
            "delete from batches where name = :name",
        ):
            connection.execute(text(statement), {"name": _BATCH})
    storage.erase_requested(datetime.now(UTC) + timedelta(hours=2))


if __name__ == "__main__":
    instant, preview = _Instant(), Preview()
    Worker(engines={instant.name: instant, preview.name: preview}).run()
