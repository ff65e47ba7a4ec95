"""What tests stand on: real PostgreSQL servers of every version that is claimed.

`database` is a migrated, empty database of its own for one test, reached as the application reaches
the embedded one: by socket, as its own login roles. `any_database` runs a test on every version.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import bcrypt
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.components.v2 import manifest_scanner

import queries
from accounts import passwords
from database import connections, embedded, rollups
from database.embedded import Cluster
from settings import Settings, settings
from tests import prepared
from tests.prepared import use

# 15 is Debian's package, which `make test` installs where it can; the others come with ours.
VERSIONS = [
    version for version in (18, 16, 15) if version > 15 or Path("/usr/lib/postgresql/15").exists()
]

# How many random histories a property is shown with; `make soak` asks for more.
EXAMPLES = int(os.environ.get("TEST_EXAMPLES", "12"))

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


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least cost: the tests make many hashes of passwords, and one tests their cost."""
    salt = bcrypt.gensalt
    monkeypatch.setattr(bcrypt, "gensalt", lambda: salt(4))
    monkeypatch.setattr(passwords, "_NOBODY", bcrypt.hashpw(b"nobody", salt(4)).decode())


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


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[int], Cluster]]:
    """Return the server of a version, with a migrated template; started when first asked for."""
    started: dict[int, Cluster] = {}
    with ExitStack() as stack:

        def server(version: int) -> Cluster:
            if version not in started:
                started[version] = stack.enter_context(prepared.server(version))
            return started[version]

        yield server


@pytest.fixture(scope="session")
def postgres_server(servers: Callable[[int], Cluster]) -> Cluster:
    """Return the server of the newest version."""
    return servers(embedded.VERSION)


@pytest.fixture(scope="session")
def demo_server() -> Iterator[Cluster]:
    """Return a server of the newest version with databases of demo data to be cloned."""
    with prepared.demo_server() as cluster:
        yield cluster


def _cloned(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, template: str = prepared.EMPTY
) -> Iterator[Cluster]:
    prepared.clone(cluster, template)
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


@pytest.fixture
def demo_database(demo_server: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Give the test a database of its own with demo data: all brands, and some 20,000 jobs."""
    yield from _cloned(demo_server, monkeypatch, prepared.DEMO)


@pytest.fixture
def recent_demo_database(
    demo_server: Cluster, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    """Give the test a database of its own with demo data up to now: all brands, fewer jobs."""
    yield from _cloned(demo_server, monkeypatch, prepared.RECENT)


@pytest.fixture(scope="module")
def untouched() -> set[str]:
    """Hold the database's name while no test has changed what the demo is made of."""
    return set()


@pytest.fixture
def demo(
    demo_server: Cluster, untouched: set[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    """Give the test the demo data, and a cache that knows no other test's."""
    if embedded.DATABASE not in untouched:
        prepared.clone(demo_server, prepared.RECENT)
        untouched.add(embedded.DATABASE)
    use(demo_server, monkeypatch)
    st.cache_resource.clear()
    yield demo_server
    connections.dispose()


@pytest.fixture
def changed(untouched: set[str]) -> Iterator[None]:
    """Say that this test changes the demo data: the next one gets it anew."""
    yield
    untouched.clear()
