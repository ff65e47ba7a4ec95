"""What tests stand on: real PostgreSQL servers of every version that is claimed.

`database` is a migrated, empty database of its own for one test, reached as the application reaches
the embedded one: by socket, as its own login roles. `any_database` runs a test on every version.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.components.v2 import manifest_scanner

import queries
from database import connections, embedded, rollups
from database.demo import seed
from database.embedded import Cluster
from settings import Settings, settings
from tests import prepared
from tests.prepared import use

# 15 is Debian's package, which `make test` installs where it can; the others come with ours.
VERSIONS = [
    version for version in (18, 16, 15) if version > 15 or Path("/usr/lib/postgresql/15").exists()
]
_TEMPLATE = "closetai_template"
_DEMO_TEMPLATE = "closetai_demo"
_RECENT_TEMPLATE = "closetai_recent_demo"

# The last day with demo data in `demo_database`, and about how many jobs it has.
DEMO_UNTIL = date(2026, 11, 20)
DEMO_JOBS = 20_000


# How many random histories a property is shown with; `make soak` asks for more.
EXAMPLES = int(os.environ.get("TEST_EXAMPLES", "20"))

# Where memory can be had as files, and enough of it.
_MEMORY = Path("/dev/shm")
_ENOUGH = 4 * 2**30


def pytest_configure() -> None:
    """Keep what tests write in memory where that can be: making a database's files costs most.

    Servers that tests start find it by TMPDIR, and what is prepared for them lies there as well.
    """
    if (
        _MEMORY.is_dir()
        and os.access(_MEMORY, os.W_OK)
        and shutil.disk_usage(_MEMORY).free > _ENOUGH
    ):
        tempfile.tempdir = os.environ["TMPDIR"] = str(_MEMORY)
    prepared.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what was prepared, once for all processes of the run."""
    if not hasattr(config, "workerinput"):
        prepared.end()


def pytest_report_header() -> str:
    """Say what is run, so that a missing version does not go unnoticed."""
    return f"PostgreSQL versions: {', '.join(map(str, VERSIONS))}; files in {tempfile.gettempdir()}"


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Give the test a directory of its own.

    Not pytest's, which lies in one that every start of pytest closes to other users again: as root,
    the database server is another user.
    """
    with tempfile.TemporaryDirectory(prefix="closetai-") as directory:
        yield Path(directory)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give every test the default settings and a home of its own."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.setenv("CLOSETAI_HOME", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def packages() -> Iterator[None]:
    """Let AppTest look once for packages that bring components.

    It reads what every installed package says of itself for each page, and that is most of the time
    that a page takes. The packages stay the same while the tests run.
    """
    with pytest.MonkeyPatch.context() as monkeypatch:
        scan = cache(manifest_scanner.scan_component_manifests)
        monkeypatch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


_WAITS = text("select rollups_waiting_since() is not null or (select is_stale from rollup_state)")


@pytest.fixture(autouse=True)
def folding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fold what a test has written before a query is answered, as the worker does every second."""
    ask, turn = queries._ask, Lock()

    def fold_and_ask(*arguments: Any) -> queries.Answer:
        # Cards ask side by side: each waits until what was written is folded.
        with turn:
            with connections.maintenance() as connection:
                waits = connection.scalar(_WAITS)
            if waits:
                rollups.fold_all()
        return ask(*arguments)

    monkeypatch.setattr(queries, "_ask", fold_and_ask)


def administrator(cluster: Cluster, database: str = "postgres") -> psycopg.Connection:
    """Connect as the server's superuser, outside of transactions."""
    return psycopg.connect(embedded.conninfo(cluster.url(database=database)), autocommit=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[int], Cluster]]:
    """Return the server of a version, with a migrated template; started when first asked for."""
    started: dict[int, Cluster] = {}
    with ExitStack() as stack:

        def server(version: int) -> Cluster:
            if version not in started:
                cluster = stack.enter_context(prepared.server(version))
                with administrator(cluster) as connection:
                    connection.execute(f"alter database {embedded.DATABASE} rename to {_TEMPLATE}")
                started[version] = cluster
            return started[version]

        yield server


@pytest.fixture(scope="session")
def postgres_server(servers: Callable[[int], Cluster]) -> Cluster:
    """Return the server of the newest version. Its roles are there, its database is not."""
    return servers(embedded.VERSION)


def _cloned(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, template: str = _TEMPLATE
) -> Iterator[Cluster]:
    with administrator(cluster) as connection:
        connection.execute(f"drop database if exists {embedded.DATABASE} with (force)")
        # Copying files is quickest where nothing is synced to disk.
        connection.execute(
            f"create database {embedded.DATABASE} template {template} strategy file_copy"
        )
    use(cluster, monkeypatch)
    yield cluster
    connections.dispose()


@pytest.fixture
def database(postgres_server: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Give the test a migrated, empty database, to which the settings point."""
    yield from _cloned(postgres_server, monkeypatch)


@pytest.fixture(params=VERSIONS)
def any_database(
    request: pytest.FixtureRequest,
    servers: Callable[[int], Cluster],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Cluster]:
    """Run the test on every version, each time like `database`."""
    yield from _cloned(servers(request.param), monkeypatch)


@pytest.fixture(scope="session")
def demo_template(postgres_server: Cluster) -> str:
    """Return the name of a database with demo data, to be cloned."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        cloning = _cloned(postgres_server, monkeypatch)
        next(cloning)
        seed(until=DEMO_UNTIL, jobs=DEMO_JOBS)
        next(cloning, None)
    settings.cache_clear()
    with administrator(postgres_server) as connection:
        connection.execute(f"alter database {embedded.DATABASE} rename to {_DEMO_TEMPLATE}")
    return _DEMO_TEMPLATE


@pytest.fixture
def demo_database(
    postgres_server: Cluster, demo_template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    """Give the test a database of its own with demo data: all brands, and some 20,000 jobs."""
    yield from _cloned(postgres_server, monkeypatch, demo_template)


@pytest.fixture(scope="session")
def recent_template(postgres_server: Cluster) -> Cluster:
    """Fill a database with a little demo data, to be cloned by each test."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        with administrator(postgres_server) as connection:
            connection.execute(f"drop database if exists {embedded.DATABASE} with (force)")
            connection.execute(f"create database {embedded.DATABASE} template {_TEMPLATE}")
        use(postgres_server, monkeypatch)
        seed(jobs=2000)
        connections.dispose()
        with administrator(postgres_server) as connection:
            connection.execute(f"alter database {embedded.DATABASE} rename to {_RECENT_TEMPLATE}")
    return postgres_server


@pytest.fixture(scope="module")
def untouched() -> set[str]:
    """Hold the database's name while no test has changed what the demo is made of."""
    return set()


@pytest.fixture
def demo(
    recent_template: Cluster, untouched: set[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    """Give the test the demo data, and a cache that knows no other test's."""
    if embedded.DATABASE not in untouched:
        with administrator(recent_template) as connection:
            connection.execute(f"drop database if exists {embedded.DATABASE} with (force)")
            connection.execute(f"create database {embedded.DATABASE} template {_RECENT_TEMPLATE}")
        untouched.add(embedded.DATABASE)
    use(recent_template, monkeypatch)
    st.cache_data.clear()
    yield recent_template
    connections.dispose()


@pytest.fixture
def changed(untouched: set[str]) -> Iterator[None]:
    """Say that this test changes the demo data: the next one gets it anew."""
    yield
    untouched.clear()
