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
from pathlib import Path

import pytest

from database import connections, embedded, migrate
from database.embedded import Cluster
from settings import settings

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


def _migrated(home: Path, version: int) -> None:
    cluster = replace(embedded.of(home), version=version, options=embedded.CARELESS)
    cluster.initialise()
    process = cluster.start(home / "log")
    try:
        cluster.wait(process, home / "log")
        with pytest.MonkeyPatch.context() as monkeypatch:
            use(cluster, monkeypatch)
            migrate.migrate()
            connections.dispose()
        settings.cache_clear()
    finally:
        embedded.stop(process)


def _copy(version: int, home: Path) -> None:
    made = _once(f"postgres-{version}", lambda draft: _migrated(draft, version))
    # The server's user keeps its files.
    subprocess.run(["cp", "-a", str(made / "postgres"), str(home / "postgres")], check=True)


def lay_out(home: Path) -> None:
    """Give a home that is to be a CLOSETAI_HOME the embedded server's files, migrated."""
    home.mkdir(exist_ok=True)
    _copy(embedded.VERSION, home)


@contextmanager
def server(version: int = embedded.VERSION) -> Iterator[Cluster]:
    """Run a server whose database is migrated and empty, like `embedded.throwaway`."""
    with embedded.throwaway(version, before=lambda home: _copy(version, home)) as cluster:
        yield cluster
