"""`closetai run` as a person starts it: a process of its own in a home of its own."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from database import embedded
from database.embedded import Cluster
from tests.supervised import (
    PARTS,
    Running,
    environment,
    free_port,
    gone,
    running,
    running_alone,
    starting,
    status,
)
from tests.waiting import wait_until

_STREAMLIT = Subprotocol("streamlit")


def fails(home: Path, port: int, **more: str) -> str:
    """Run it where it must refuse, and return the one sentence that it says."""
    result = subprocess.run(
        [sys.executable, "-m", "cli", "run"],
        env=environment(home, port, **more),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (1, ""), result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith(".\n")
    return result.stderr.strip()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(ending: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    # One of them is the first start in this home.
    start = starting if ending == signal.SIGTERM else running
    with start(tmp_path, port) as started:
        assert status(port, "/") == 200
        assert status(port, "/api/health") == 200
        assert status(port, "/api/openapi.json") == 200
        assert status(port, "/api/docs") == 200
        family = started.family()
        commands = " ".join(started.commands())
        assert all(part in commands for part in PARTS)
        started.process.send_signal(ending)
        said = started.said()
        assert started.process.returncode == 0
        assert said == f"ClosetAI is at http://localhost:{port} (Ctrl-C ends it)\nEnded.\n"
        # Who makes pictures is told by its parent's end, a moment later.
        wait_until(lambda: gone(family), "everything has ended")
        assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_a_kill_leaves_nothing_and_the_next_start_recovers(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as started:
        with psycopg.connect(embedded.conninfo(embedded.url(tmp_path))) as connection:
            connection.execute("insert into brands (name, slug) values ('Kept', 'kept')")
        family = started.family()
        started.process.kill()
        wait_until(lambda: gone(family), "everything has ended")
    with running(tmp_path, port) as started:
        with psycopg.connect(embedded.conninfo(embedded.url(tmp_path))) as connection:
            assert connection.execute("select name from brands").fetchall() == [("Kept",)]
        # Once more, and this time the next start does not wait until everything has ended.
        family = started.family()
        started.process.kill()
        started.process.wait()
        # The port may still be held for a moment by a server that is being ended.
        wait_until(lambda: status(port) is None, "the port is free")
        with running(tmp_path, port):
            assert gone(family)


@pytest.fixture(scope="module")
def one() -> Iterator[Running]:
    """Run one for tests after which it is well again."""
    with running_alone() as started:
        yield started


def test_what_dies_is_started_again_alone(one: Running) -> None:
    for victim in ("cli worker", "server:app", "postgres -D"):
        before = {name: one.child(name) for name in PARTS}
        before[victim].kill()
        wait_until(lambda gone=before[victim]: not gone.is_running(), f"{victim} was noticed")  # type: ignore[misc]
        wait_until(lambda part=victim: one.has(part), f"{victim} runs again")  # type: ignore[misc]
        wait_until(lambda: status(one.port) == 200, "the server is well again")
        assert all(before[name].is_running() for name in PARTS if name != victim)


def test_what_a_page_is_sent_is_compressed_by_what_it_was_sent_before(one: Running) -> None:
    with connect(f"ws://127.0.0.1:{one.port}/_stcore/stream", subprotocols=[_STREAMLIT]) as page:
        (compression,) = page.protocol.extensions
    assert isinstance(compression, PerMessageDeflate)
    # A history of 2 ** 15 bytes on the server's side, kept from message to message.
    assert compression.remote_max_window_bits == 15
    assert not compression.remote_no_context_takeover


def test_a_second_one_in_the_same_home_is_refused(one: Running) -> None:
    said = fails(one.home, free_port())
    assert said == f"ClosetAI runs already with the home {one.home}: end that one first."


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = fails(tmp_path, port)
        assert said == f"Port {port} is taken: end what uses it, or set PORT."
    # The reason is in the log, with its trace.
    assert "Address already in use" in (tmp_path / "logs" / "closetai.log").read_text()


def test_an_address_that_is_not_ours(tmp_path: Path) -> None:
    said = fails(tmp_path, free_port(), CLOSETAI_HOST="192.0.2.1")
    assert said.startswith("CLOSETAI_HOST 192.0.2.1 is no address of this machine")


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    secret = "0123456789abcdef0123456789abcdef"
    said = fails(tmp_path / "file" / "home", free_port(), CLOSETAI_SECRET=secret)
    assert said == f"CLOSETAI_HOME ({tmp_path}/file/home) cannot be written: Not a directory."


def test_a_wrong_setting(tmp_path: Path) -> None:
    said = fails(tmp_path, free_port(), CLOSETAI_ENV="staging")
    assert said == "CLOSETAI_ENV must be development or production, not 'staging'."


def test_a_database_that_nobody_answers_for(tmp_path: Path) -> None:
    url = f"postgresql://u:hunter2@127.0.0.1:{free_port()}/shop"
    said = fails(tmp_path, free_port(), DATABASE_URL=url)
    assert said.startswith("The database of DATABASE_URL cannot be used: ")
    assert "Connection refused" in said
    assert "hunter2" not in said + (tmp_path / "logs" / "closetai.log").read_text()


@pytest.mark.parametrize(
    ("user", "database", "words"),
    [
        ("postgres", "nowhere", 'database "nowhere" does not exist'),
        ("nobody", "postgres", 'role "nobody" does not exist'),
    ],
)
def test_a_database_that_refuses(
    user: str, database: str, words: str, postgres_server: Cluster, tmp_path: Path
) -> None:
    url = postgres_server.url(user, database)
    assert words in fails(tmp_path, free_port(), DATABASE_URL=url)


def test_a_database_option_that_does_not_exist(postgres_server: Cluster, tmp_path: Path) -> None:
    url = postgres_server.url() + "&sslmoed=require"
    assert "sslmoed" in fails(tmp_path, free_port(), DATABASE_URL=url)


def test_a_server_that_is_too_old(postgres_server: Cluster, tmp_path: Path) -> None:
    # There is no such old server to be had here, so what is too old is moved.
    program = (
        "import sys, cli; from database import migrate; migrate.OLDEST_SERVER = 99; cli.main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "run"],
        env=environment(
            tmp_path, free_port(), DATABASE_URL=postgres_server.url(database="postgres")
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr == "PostgreSQL 18 is too old: version 99 or newer is needed.\n"


def test_health_has_an_exit_code(one: Running) -> None:
    command = [sys.executable, "-m", "cli", "health"]

    def health(port: int) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, env=environment(one.home, port), capture_output=True, text=True, timeout=60
        )

    port = free_port()
    nobody = health(port)
    assert nobody.returncode == 1
    assert nobody.stderr == f"Nothing answers at http://127.0.0.1:{port}/health.\n"
    well = health(one.port)
    assert (well.returncode, well.stdout) == (0, "ok\n")
    rename = "update migration_checksums set name = %s where name = %s"
    with psycopg.connect(embedded.conninfo(embedded.url(one.home)), autocommit=True) as connection:
        connection.execute(rename, ["another", "0001_foundation"])
        try:
            ill = health(one.port)
        finally:
            connection.execute(rename, ["0001_foundation", "another"])
    assert (ill.returncode, ill.stdout, ill.stderr) == (1, "", "not ok\n")
