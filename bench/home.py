"""The database that is measured: demo data in a home that is kept between runs."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

import processes
from database import connections, demo, rollups
from settings import settings

DEFAULT_JOBS = 10_000_000


class HomeError(Exception):
    """This home cannot be measured as asked; the message is one sentence."""


@dataclass(frozen=True)
class Data:
    """What is measured: how much there is, and the moment up to which there is data."""

    jobs: int
    shoppers: int
    brands: int
    until: datetime
    postgres: str


@contextmanager
def opened(home: Path, jobs: int | None, say: Callable[[str], None]) -> Iterator[Data]:
    """Run the home's own database, filled with demo data up to today, and say what is in it.

    An empty home gets about ``jobs`` jobs; None takes what is there, ten million where nothing is.
    Raises HomeError when something else is there, and what starting a database raises.
    """
    with used(home), processes.database_running():
        processes.migrate()
        try:
            _fill(home, jobs, say)
            rollups.fold_all()
            rollups.vacuum()
            yield _data()
        finally:
            connections.dispose()


@contextmanager
def used(home: Path) -> Iterator[None]:
    """Take this home for the one that the settings speak of."""
    before = os.environ.get("CLOSETAI_HOME")
    os.environ["CLOSETAI_HOME"] = str(home)
    # Nobody's own database is measured, and none is filled.
    os.environ.pop("DATABASE_URL", None)
    settings.cache_clear()
    settings()  # read now, not while something is timed
    try:
        yield
    finally:
        os.environ.pop("CLOSETAI_HOME")
        if before is not None:
            os.environ["CLOSETAI_HOME"] = before
        settings.cache_clear()


def _fill(home: Path, jobs: int | None, say: Callable[[str], None]) -> None:
    state = demo.state()
    if state is None or state.completed_at is None:
        target = jobs or DEFAULT_JOBS
        say(f"Filling {home} with about {target:,} jobs; it is kept for the next time.")
        demo.seed(jobs=target)
        return
    if jobs not in (None, state.job_target):
        raise HomeError(
            f"{home} holds demo data of about {state.job_target:,} jobs: leave out --jobs, "
            "or choose another --home."
        )
    now = datetime.now(UTC)
    if state.filled_until is not None and state.filled_until.date() < now.date():
        say(f"Adding what has happened since {state.filled_until:%Y-%m-%d}.")
        demo.append_missing(now)


def _data() -> Data:
    with connections.owner() as connection:
        row = connection.execute(
            text(
                "select (select count(*) from tryon_jobs) as jobs,"
                " (select count(*) from users where role = 'shopper') as shoppers,"
                " (select count(*) from brands) as brands,"
                " (select filled_until from demo_state) as until,"
                " current_setting('server_version') as postgres"
            )
        ).one()
    return Data(row.jobs, row.shoppers, row.brands, row.until, row.postgres)
