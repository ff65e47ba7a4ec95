"""Database servers' files, made once a run by whichever process of the tests needs them first.

To set a server up and to migrate it takes seconds; to copy what came of it, a tenth of one.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import psycopg
import pytest

from database import connections, demo, embedded, migrate
from database.embedded import Cluster
from settings import settings

# Databases to be cloned: migrated, with demo data up to a certain day, and up to now.
EMPTY: Final = "closetai_template"
DEMO: Final = "closetai_demo"
RECENT: Final = "closetai_recent_demo"

# The last day with demo data in DEMO, and about how many jobs it has, and RECENT.
DEMO_UNTIL: Final = date(2026, 11, 20)
DEMO_JOBS: Final = 20_000
RECENT_JOBS: Final = 3000

# Names the directory for the run, to the processes that it is shared out to as well.
_PLACE = "CLOSETAI_TESTS_PREPARED"


def begin() -> None:
    """Make the place where what is prepared lies, unless this process was told of one."""
    if _PLACE not in os.environ:
        os.environ[_PLACE] = tempfile.mkdtemp(prefix="closetai-prepared-")


def end() -> None:
    """Remove it."""
    shutil.rmtree(os.environ.pop(_PLACE), ignore_errors=True)


def _once(name: str, make: Callable[[Path], None]) -> Path:
    place = Path(os.environ[_PLACE])
    made = place / name
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = place / f"{name}.new"
            draft.mkdir()
            make(draft)
            draft.rename(made)
    return made


def use(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application take this cluster for its embedded one."""
    # Session fixtures come before `environment`: without this they would meet the developer's own.
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CLOSETAI_HOME", str(cluster.data.parent))
    monkeypatch.setenv("CLOSETAI_SECRET", "a secret of the tests, long enough")
    settings.cache_clear()


@contextmanager
def _serving(home: Path, version: int) -> Iterator[Cluster]:
    """Run a server on the files in a home, which are whole afterwards."""
    cluster = replace(embedded.of(home), version=version, options=embedded.CARELESS)
    cluster.initialise()
    process = cluster.start(home / "log")
    try:
        cluster.wait(process, home / "log")
        with pytest.MonkeyPatch.context() as monkeypatch:
            use(cluster, monkeypatch)
            yield cluster
            connections.dispose()
        settings.cache_clear()
    finally:
        embedded.stop(process)


def administrator(cluster: Cluster, database: str = "postgres") -> psycopg.Connection:
    """Connect as the server's superuser, outside of transactions."""
    return psycopg.connect(embedded.conninfo(cluster.url(database=database)), autocommit=True)


def rename(cluster: Cluster, name: str) -> None:
    """Keep the application's database under another name, as one to be cloned."""
    connections.dispose()
    with administrator(cluster) as connection:
        connection.execute(f"alter database {embedded.DATABASE} rename to {name}")


def clone(cluster: Cluster, template: str) -> None:
    """Make the application's database anew, as a copy of another one."""
    with administrator(cluster) as connection:
        connection.execute(f"drop database if exists {embedded.DATABASE} with (force)")
        # Copying files is quickest where nothing is synced to disk.
        connection.execute(
            f"create database {embedded.DATABASE} template {template} strategy file_copy"
        )


def _migrate(home: Path, version: int) -> None:
    with _serving(home, version) as cluster:
        migrate.migrate()
        rename(cluster, EMPTY)
        clone(cluster, EMPTY)


def _seed(home: Path) -> None:
    _copy(home, embedded.VERSION)
    with _serving(home, embedded.VERSION) as cluster:
        clone(cluster, EMPTY)
        demo.seed(until=DEMO_UNTIL, jobs=DEMO_JOBS)
        rename(cluster, DEMO)
        clone(cluster, EMPTY)
        demo.seed(jobs=RECENT_JOBS)
        rename(cluster, RECENT)


def _copy(home: Path, version: int) -> None:
    made = _once(f"postgres-{version}", lambda draft: _migrate(draft, version))
    _copy_files(made, home)


def _copy_demo(home: Path) -> None:
    _copy_files(_once("demo", _seed), home)


def _copy_files(made: Path, home: Path) -> None:
    # The server's user keeps its files.
    subprocess.run(["cp", "-a", str(made / "postgres"), str(home / "postgres")], check=True)


@contextmanager
def server(version: int = embedded.VERSION) -> Iterator[Cluster]:
    """Run a server with a database EMPTY, which is migrated, and the application's, its copy."""
    with embedded.throwaway(version, before=lambda home: _copy(home, version)) as cluster:
        yield cluster


@contextmanager
def demo_server() -> Iterator[Cluster]:
    """Run a server with the databases EMPTY, DEMO and RECENT."""
    with embedded.throwaway(before=_copy_demo) as cluster:
        yield cluster


def lay_out(home: Path) -> None:
    """Give a home that is to be a CLOSETAI_HOME the embedded server's files, migrated."""
    home.mkdir(exist_ok=True)
    _copy(home, embedded.VERSION)
