"""Backup and restore of the whole database, with PostgreSQL's own programs.

They come with the embedded server's package, so nothing has to be installed, except for a server
that is reached over TLS: that takes the system's.
"""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from sqlalchemy import text

from database import connections, embedded
from database.migrate import migrate

Progress = Callable[[float, str], None]

# Run before the backup's own statements and in the same transaction: empties the schema but leaves
# it, and extensions in it, where they are. To drop it would take more rights on a hosted server.
_EMPTY_SCHEMA = r"""
set local client_min_messages = warning;
do $$
declare
  statement text;
begin
  -- An array, so that every name is read before the first drop takes others with it.
  foreach statement in array array(
    select format('drop %s if exists %s cascade', kind, name)
    from (
      select 1 as turn, c.oid, c.oid::regclass::text as name,
        case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
          when 'S' then 'sequence' when 'c' then 'type' else 'table' end as kind
      from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S', 'c')
      union all
      select 2, p.oid, p.oid::regprocedure::text,
        case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end
      from pg_proc p
      where p.pronamespace = 'public'::regnamespace
      union all
      select 3, t.oid, t.oid::regtype::text, case t.typtype when 'd' then 'domain' else 'type' end
      from pg_type t
      where t.typnamespace = 'public'::regnamespace and t.typtype in ('d', 'e')
    ) as ours
    where not exists (
      -- What belongs to an extension, or goes with its column, as an identity's sequence does.
      select from pg_depend d
      where d.objid = ours.oid and (d.deptype = 'e' or (d.deptype = 'i' and kind = 'sequence'))
    )
    order by turn
  ) loop
    execute statement;
  end loop;
end
$$;
"""


class BackupError(Exception):
    """A backup or a restore did not work; the message is one sentence."""


def backup(file: Path, progress: Progress) -> None:
    """Write the database to `file`, which appears only when it is complete.

    `progress` is told the share done (0 to 1) and the table in hand.
    Raises BackupError and DatabaseUnavailableError.
    """
    tables = (
        "select count(*) from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    with connections.owner() as connection:
        total = int(connection.scalar(text(tables)) or 0)
    # In the same directory, since only there a file can be renamed into place.
    draft = file.with_name(f".{file.name}.{os.getpid()}.partial")
    command, environment = _command("pg_dump")
    command += ["--format=custom", "--no-owner", "--schema=public", "--verbose"]
    try:
        draft.touch(mode=0o600, exist_ok=False)  # it holds everybody's data
        with (
            subprocess.Popen(
                [*command, f"--file={draft}"], stderr=subprocess.PIPE, env=environment, text=True
            ) as process,
            _ended(process),
        ):
            said = _watch(process.stderr, "dumping contents of table", total, progress)
            if process.wait():
                raise BackupError(f"The backup failed: {_error(''.join(said))}.")
        draft.replace(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    progress(1, "done")


def restore(file: Path, progress: Progress, *, force: bool = False) -> None:
    """Replace the database's content by that of a backup, in one transaction.

    Raises BackupError, when the database holds brands or users and `force` is not given, too;
    DatabaseUnavailableError.
    """
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    listing = subprocess.run(
        [_program("pg_restore"), "--list", str(file)], capture_output=True, text=True
    )
    if listing.returncode:
        raise BackupError(f"{file} is no backup that this program can read.")
    # Makes the roles that the backup's grants name, on a server that never had them.
    migrate()
    occupied = "select exists (select from brands) or exists (select from users)"
    with connections.owner() as connection:
        if not force and connection.scalar(text(occupied)):
            raise BackupError("The database holds data already: --force replaces it by the backup.")
    connections.dispose()
    # As a script through psql and not by pg_restore itself: emptying the database and filling it
    # then are one transaction, so that a restore that fails loses nothing.
    psql, environment = _command("psql")
    psql += ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--output={os.devnull}"]
    script = [_program("pg_restore"), "--no-owner", "--verbose"]
    reader = subprocess.Popen(
        [*script, "--use-list=/dev/stdin", "--file=-", str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )
    with (
        reader,
        _ended(reader),
        subprocess.Popen(
            psql, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
        ) as writer,
        _ended(writer),
        ThreadPoolExecutor() as threads,
    ):
        total = listing.stdout.count(" TABLE DATA ")
        watched = threads.submit(
            _watch, reader.stderr, "processing data for table", total, progress
        )
        answers = threads.submit(_lines, writer.stderr)
        assert reader.stdin and reader.stdout and writer.stdin  # noqa: PT018 – for the type checker
        with reader.stdin:
            # The schema itself is left where it is.
            wanted = (
                line for line in listing.stdout.splitlines() if " SCHEMA - public " not in line
            )
            reader.stdin.write("\n".join(wanted))
        # psql ends at the first error, and then takes no more.
        with contextlib.suppress(BrokenPipeError), writer.stdin:
            writer.stdin.write(f"begin;{_EMPTY_SCHEMA}")
            shutil.copyfileobj(reader.stdout, writer.stdin)
            # Only a backup that could be read to its end is committed.
            if reader.wait() == 0:
                writer.stdin.write("commit;\n")
        reader.stdout.close()
        if writer.wait() or reader.wait():
            said = answers.result() if writer.returncode else watched.result()
            raise BackupError(f"The restore failed and changed nothing: {_error(''.join(said))}.")
    progress(1, "done")


@contextlib.contextmanager
def _ended(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Let no program run on when something else goes wrong."""
    try:
        yield
    except BaseException:
        process.kill()
        raise


def _server() -> tuple[int, bool]:
    """Return the server's version and whether we reach it over TLS."""
    question = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
    with connections.owner() as connection:
        version = int(connection.scalar(text("show server_version_num")) or 0) // 10_000
        return version, bool(connection.scalar(text(question)))


def _program(name: str) -> str:
    version, encrypted = _server()
    if not encrypted:
        # A newer program writes settings into the script that an older server does not know.
        return str(embedded.binaries(18 if version > 16 else 16) / name)
    # Ours are built without TLS, and without it nothing of a backup may travel.
    if found := shutil.which(name):
        return found
    raise BackupError(
        f"This database is reached over TLS, for which the system's own {name} is needed: install "
        f"PostgreSQL's client programs, version {version} or newer."
    )


def _command(name: str) -> tuple[list[str], dict[str, str]]:
    """Return how to start a program for our database, and the environment with the password."""
    url = connections.owner_url()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    # Not in the arguments, which every user of the machine can list.
    environment["PGPASSWORD"] = url.password or ""
    environment["LC_MESSAGES"] = "C"  # what they say is read below
    bare = url.set(password=None).render_as_string(hide_password=False)
    return [_program(name), f"--dbname={embedded.conninfo(bare)}"], environment


def _watch(lines: "IO[str] | None", phrase: str, total: int, progress: Progress) -> list[str]:
    """Turn what a program says to stderr into progress; return the lines that are no progress."""
    assert lines
    done, rest = 0, []
    for line in lines:
        if found := re.search(rf'{phrase} "([^"]+)"', line):
            progress(min(done / max(total, 1), 0.99), found[1].removeprefix("public."))
            done += 1
        elif "error" in line or "detail" in line:
            rest.append(line)
    return rest


def _lines(said: "IO[str] | None") -> list[str]:
    assert said
    return said.readlines()


def _error(said: str) -> str:
    """Return the line in which a program says what went wrong, without its name."""
    lines = said.strip().splitlines() or ["it says nothing"]
    line = next((line for line in lines if "error:" in line.lower()), lines[-1])
    return re.sub(r"^.*?error:\s*", "", line, flags=re.IGNORECASE).rstrip(".")
