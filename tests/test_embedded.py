"""The embedded server: its socket, its recovery, and that it ends with its parent."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from database import embedded
from database.embedded import Cluster, EmbeddedError
from tests.waiting import wait_until


def start(cluster: Cluster, log: Path) -> "subprocess.Popen[bytes]":
    """Start a cluster as the supervisor does."""
    cluster.initialise()
    process = cluster.start(log)
    cluster.wait(process, log)
    return process


def ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(embedded.conninfo(cluster.url())) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return row[0]


def test_it_listens_on_a_private_socket_alone(tmp_path: Path) -> None:
    cluster = embedded.of(tmp_path)
    process = start(cluster, tmp_path / "log")
    try:
        assert ask(cluster, "show listen_addresses") == ""
        assert ask(cluster, "show server_version_num").startswith("18")  # type: ignore[attr-defined]
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((cluster.sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700
        assert psutil.Process(process.pid).uids().real != 0
    finally:
        embedded.stop(process)
    assert not (cluster.data / "postmaster.pid").exists()


def test_what_was_committed_survives_a_kill(tmp_path: Path) -> None:
    cluster, log = embedded.of(tmp_path), tmp_path / "log"
    process = start(cluster, log)
    with psycopg.connect(embedded.conninfo(cluster.url())) as connection:
        connection.execute("create table kept as select 42 as answer")
    process.kill()
    process.wait()
    assert (cluster.data / "postmaster.pid").exists()
    process = start(cluster, log)
    try:
        assert ask(cluster, "select answer from kept") == 42
    finally:
        embedded.stop(process)


def test_a_lock_file_whose_number_belongs_to_somebody_else_is_removed(tmp_path: Path) -> None:
    cluster, log = embedded.of(tmp_path), tmp_path / "log"
    embedded.stop(start(cluster, log))
    # A process that lives, and under the server's own user, which PostgreSQL takes for itself.
    uid = cluster.data.stat().st_uid
    other = subprocess.Popen(["sleep", "60"], user=uid if os.geteuid() == 0 else None)
    try:
        lock = f"{other.pid}\n{cluster.data}\n0\n5432\n{cluster.sockets}\n"
        (cluster.data / "postmaster.pid").write_text(lock)
        embedded.stop(start(cluster, log))
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_half_finished_initdb_is_started_over(tmp_path: Path) -> None:
    cluster = embedded.of(tmp_path)
    draft = tmp_path / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    embedded.stop(start(cluster, tmp_path / "log"))
    assert not draft.exists()


def test_a_deep_home_gets_a_short_socket_path(tmp_path: Path) -> None:
    home = tmp_path / ("a" * 60) / ("b" * 60)
    cluster = embedded.of(home)
    assert len(str(cluster.sockets)) < 85
    try:
        home.mkdir(parents=True)
        process = start(cluster, tmp_path / "log")
        embedded.stop(process)
    finally:
        cluster.sockets.rmdir()


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    cluster = embedded.of(tmp_path)
    cluster.data.mkdir()
    (cluster.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 16"):
        cluster.initialise()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    cluster, log = embedded.of(tmp_path), tmp_path / "log"
    cluster.initialise()
    (cluster.data / "postgresql.conf").write_text("no_such_setting = on\n")
    process = cluster.start(log)
    with pytest.raises(EmbeddedError, match=r"does not start: .*(no_such_setting|errors)"):
        cluster.wait(process, log)


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\n"
            "from pathlib import Path\n"
            "from database import embedded\n"
            "cluster, log = embedded.of(Path(sys.argv[1])), Path(sys.argv[1]) / 'log'\n"
            "cluster.initialise()\n"
            "process = cluster.start(log)\n"
            "cluster.wait(process, log)\n"
            "print(process.pid, flush=True)\n"
            "time.sleep(60)\n",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    with parent, parent.stdout:
        postgres = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not postgres.is_running(), "postgres has ended")


@pytest.mark.parametrize("version", [16, 18])
def test_a_throwaway_server_is_gone_afterwards(version: int) -> None:
    with embedded.throwaway(version) as cluster:
        assert ask(cluster, "show server_version_num").startswith(str(version))  # type: ignore[attr-defined]
        home = cluster.data.parent
        pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    assert not home.exists()
    assert not psutil.pid_exists(pid)
