"""A real `closetai run` for tests: in a home of its own, on a free port."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests import prepared
from tests.waiting import wait_until

# What a supervisor starts, by a part of each command line.
PARTS = ("server:app", "cli worker", "postgres -D")


@dataclass
class Running:
    """A supervisor and where it was told to be."""

    process: "subprocess.Popen[str]"
    home: Path
    port: int

    def family(self) -> list[psutil.Process]:
        """Return the supervisor and all that it started."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def commands(self) -> list[str]:
        """Return the command lines of all of them that run just now."""
        found = []
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):  # or it has just ended
                found.append(" ".join(process.cmdline()))
        return found

    def child(self, part: str) -> psutil.Process:
        """Return the one direct child whose command line has this part."""
        (found,) = self._children(part)
        return found

    def has(self, part: str) -> bool:
        """Tell whether there is such a child."""
        return len(self._children(part)) == 1

    def _children(self, part: str) -> list[psutil.Process]:
        found = []
        for process in psutil.Process(self.process.pid).children():
            # One that has just ended has no command line any more.
            with contextlib.suppress(psutil.NoSuchProcess):
                if part in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def said(self) -> str:
        """Return what the terminal shows of a supervisor that has ended."""
        return self.process.communicate(timeout=60)[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    settings = {"CLOSETAI_HOME": str(home), "PORT": str(port), "CLOSETAI_DEMO": "off"}
    return {**os.environ, **settings, **more}


def status(port: int, path: str = "/health") -> int | None:
    """Return the HTTP status of a path, None when nothing answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return None


@contextlib.contextmanager
def running(home: Path, port: int, **more: str) -> Iterator[Running]:
    """Start the supervisor and wait until everything is well.

    A home without a database gets one that is migrated.
    """
    if not ((home / "postgres").exists() or "DATABASE_URL" in more):
        prepared.lay_out(home)
    with starting(home, port, **more) as started:
        yield started


@contextlib.contextmanager
def running_alone(**more: str) -> Iterator[Running]:
    """Start one in a home that is there for as long, for several tests."""
    with (
        tempfile.TemporaryDirectory(prefix="closetai-") as home,
        running(Path(home), free_port(), **more) as started,
    ):
        yield started


@contextlib.contextmanager
def starting(home: Path, port: int, **more: str) -> Iterator[Running]:
    """Start the supervisor in a home as it is, and wait until everything is well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "run"],
        env=environment(home, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(
            lambda: process.poll() is not None or status(port) == 200, "the server is well", 60
        )
        assert process.poll() is None, process.communicate()[0]
        yield Running(process, home, port)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)
