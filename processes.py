"""The supervisor behind `closetai run`: server, worker and embedded database as child processes."""

import contextlib
import errno
import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from database import embedded
from settings import LOG_FORMAT, ROOT, Settings, settings

_log = logging.getLogger(__name__)

# A child that lived this long (seconds) was healthy: its next restart waits the shortest time.
_HEALTHY_AFTER = 60
_LONGEST_WAIT = 30
# Logs are set aside at a start when they have grown beyond this (bytes).
_LOG_SIZE = 10_000_000


class StartError(Exception):
    """ClosetAI cannot start, or cannot go on; the message is one sentence."""


class _EndRequested(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived. Not an Exception: nothing but `run` may catch it."""


@dataclass
class _Child:
    """A process to keep running. `spawn` starts it."""

    name: str
    spawn: Callable[[], "subprocess.Popen[bytes]"]
    process: "subprocess.Popen[bytes]"
    started: float
    wait: float = 0.5  # before the next restart, in seconds
    restart_at: float | None = None

    @classmethod
    def start(cls, name: str, spawn: Callable[[], "subprocess.Popen[bytes]"]) -> "_Child":
        return cls(name, spawn, spawn(), time.monotonic())

    def keep_running(self) -> None:
        """Start the process again, some time after it has died."""
        now = time.monotonic()
        if self.restart_at is not None:
            if now >= self.restart_at:
                self.process, self.started, self.restart_at = self.spawn(), now, None
            return
        if (code := self.process.poll()) is not None:
            if now - self.started > _HEALTHY_AFTER:
                self.wait = 0.5
            _log.error("%s ended with %s, starts again in %s s", self.name, code, self.wait)
            self.restart_at = now + self.wait
            self.wait = min(self.wait * 2, _LONGEST_WAIT)

    def end(self, deadline: float) -> None:
        """Ask the process to end, and end it when the deadline (monotonic) is over."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(deadline - time.monotonic(), 0))
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def run(say: Callable[[str], None]) -> None:
    """Start everything and keep it running until SIGINT, SIGTERM or SIGHUP.

    `say` is told what a person at the terminal wants to know. Raises StartError, EmbeddedError and
    WrongSettingError, each with one sentence, when something is in the way.
    """
    read = settings()
    logs = prepare_home(read.home)
    _log_to(logs / "supervisor.log", read)
    with contextlib.ExitStack() as stack:
        if not stack.enter_context(_lock(read.home)):
            raise StartError(
                f"ClosetAI runs already with the home {read.home}: end that one first."
            )
        _check_port(read.host, read.port)
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, _end)
        try:
            _run(read, logs, say)
        except _EndRequested:
            say("Ended.")


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)  # once is enough: ending takes its time
    raise _EndRequested


def _run(read: Settings, logs: Path, say: Callable[[str], None]) -> None:
    children: list[_Child] = []
    postgres: _Child | None = None
    try:
        if not read.database_url:
            postgres = _start_postgres(read.home, logs)
        migrate()
        children.append(_Child.start("server", lambda: _spawn("server", _server(read), read, logs)))
        children.append(
            _Child.start("worker", lambda: _spawn("worker", _cli("worker"), read, logs))
        )
        _wait_for_port(read, children[0], logs)
        shown = "localhost" if read.host in ("127.0.0.1", "0.0.0.0", "::") else read.host
        say(f"ClosetAI is at http://{shown}:{read.port} (Ctrl-C ends it)")
        # Not one to keep running: when it fails, the next start tries again.
        seed = None
        if read.demo and _wants_demo_data():
            say("The first start fills in demo data; the pages show how far it is.")
            seed = _Child.start("seed", lambda: _spawn("seed", _cli("seed"), read, None))
            children.append(seed)
        while True:
            for child in [*children, *([postgres] if postgres else [])]:
                if child is not seed:
                    child.keep_running()
                elif (code := child.process.poll()) is not None:
                    children.remove(child)
                    if code:
                        say("The demo data is not complete; the next start tries again.")
            time.sleep(0.2)
    finally:
        deadline = time.monotonic() + 5
        for child in children:
            child.process.terminate()
        for child in children:
            child.end(deadline)
        if postgres:
            embedded.stop(postgres.process)


def prepare_home(home: Path) -> Path:
    """Make the home directory and return that of the logs in it.

    Raises StartError when it cannot be written.
    """
    logs = home / "logs"
    try:
        home.mkdir(parents=True, exist_ok=True)
        logs.mkdir(mode=0o700, exist_ok=True)  # who signs in from where is nobody else's business
        for directory in (home, logs):
            probe = directory / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        for log in logs.glob("*.log"):
            if log.stat().st_size > _LOG_SIZE:
                log.replace(log.with_suffix(".log.1"))
    except OSError as error:
        raise StartError(f"CLOSETAI_HOME ({home}) cannot be written: {error.strerror}.") from error
    return logs


@contextlib.contextmanager
def _lock(home: Path) -> Iterator[bool]:
    """Yield whether we are the one process that may start things in this home."""
    with (home / "lock").open("a") as file:
        try:
            # The kernel drops the lock with its process, however that ends.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def database_running() -> Iterator[None]:
    """Run the embedded server for the time of one command, unless there is a server already.

    Raises StartError, EmbeddedError and WrongSettingError.
    """
    read = settings()
    if read.database_url:
        yield
        return
    logs = prepare_home(read.home)
    with _lock(read.home) as first:
        if not first:  # `closetai run` has it running
            yield
            return
        child = _start_postgres(read.home, logs)
        try:
            yield
        finally:
            embedded.stop(child.process)


def _start_postgres(home: Path, logs: Path) -> _Child:
    cluster = embedded.of(home)
    log = logs / "postgres.log"
    cluster.initialise()
    child = _Child.start("postgres", lambda: cluster.start(log))
    try:
        cluster.wait(child.process, log)
    except BaseException:
        embedded.stop(child.process)
        raise
    return child


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = {
                errno.EADDRINUSE: f"Port {port} is taken: end what uses it, or set PORT.",
                errno.EACCES: f"Port {port} is not allowed to this user: set PORT.",
            }.get(
                error.errno or 0,
                f"CLOSETAI_HOST {host} is no address of this machine ({error.strerror}).",
            )
            raise StartError(reason) from error


def migrate() -> list[str]:
    """Bring the schema up to date and return the names of the migrations that were applied.

    Raises StartError with what the database says when it cannot be used, and MigrationError.
    """
    from sqlalchemy.exc import DBAPIError

    from database import connections
    from database.migrate import migrate

    try:
        return migrate()
    except connections.DatabaseUnavailableError as error:
        raise StartError(_reason(error.__cause__ or error)) from error
    except DBAPIError as error:
        raise StartError(_reason(error)) from error
    finally:
        connections.dispose()


def _reason(error: BaseException) -> str:
    """Say in one sentence why the database cannot be used. The driver names no password."""
    first = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    detail = first.removeprefix("connection failed: ").rstrip(".")
    where = "of DATABASE_URL " if settings().database_url else ""
    return f"The database {where}cannot be used: {detail}."


def _wants_demo_data() -> bool:
    from sqlalchemy import text

    from database import connections
    from database.tenancy import Scope

    question = """
        select coalesce(
            (select completed_at is null from demo_state), not exists (select from brands)
        )
    """
    try:
        with connections.writer(Scope.system()) as connection:
            return bool(connection.scalar(text(question)))
    finally:
        connections.dispose()


def _cli(command: str) -> list[str]:
    return [sys.executable, "-m", "cli", command]


def _server(read: Settings) -> list[str]:
    command = [sys.executable, "-m", "uvicorn", "server:app", "--ws", "frontend:Socket"]
    command += ["--host", read.host, "--port", str(read.port), "--log-level", read.log_level]
    # The dashboard's own requests would fill the log; the platform in front logs the rest.
    command += ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "2"]
    if read.trusted_proxies:
        proxies = ",".join(read.trusted_proxies)
        command += ["--proxy-headers", "--forwarded-allow-ips", proxies]
    else:
        command += ["--no-proxy-headers"]  # by default uvicorn believes 127.0.0.1
    return command


def _spawn(
    name: str, command: list[str], read: Settings, logs: Path | None
) -> "subprocess.Popen[bytes]":
    """Start one of our own processes. Without `logs` it writes to our terminal."""
    with contextlib.ExitStack() as stack:
        output = None
        # In production the platform collects what is printed; on a desk a terminal stays readable.
        if logs and read.env == "development":
            output = stack.enter_context((logs / f"{name}.log").open("ab"))
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            process_group=0,  # Ctrl-C reaches the supervisor alone, which ends them in order
            # The server is killed outright: it would wait for its open pages, and holds no state.
            preexec_fn=embedded.die_with_parent(
                signal.SIGKILL if name == "server" else signal.SIGTERM
            ),
        )


def _wait_for_port(read: Settings, server: _Child, logs: Path) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(read.host, read.host)
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection((host, read.port), timeout=5).close()
        except OSError as error:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise StartError(
                    f"The server does not start (details in {logs / 'server.log'})."
                ) from error
            time.sleep(0.05)
        else:
            return


def _log_to(file: Path, read: Settings) -> None:
    """Write our own log, and in production what the platform collects as well."""
    handlers: list[logging.Handler] = [logging.FileHandler(file)]
    if read.env == "production":
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=read.log_level.upper(), format=LOG_FORMAT, handlers=handlers)
