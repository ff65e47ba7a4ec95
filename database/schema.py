"""The whole schema as one file, `migrations/schema.sql`: what the migrations add up to.

`make schema` writes it; the tests compare it with a migrated database of every version.
"""

import os
import re
import subprocess
import tempfile

from database import connections, embedded
from database.migrate import MIGRATIONS, migrate

FILE = MIGRATIONS / "schema.sql"

# Session settings, a pair of psql commands with a random word, and a number that Debian's
# PostgreSQL 15 keeps with every column.
_NOISE = re.compile(
    r"^(--|SET |SELECT pg_catalog\.set_config|\\(un)?restrict |ALTER TABLE .* SET \(pg_attver=)"
)
# From PostgreSQL 18 on NOT NULL has a name, which a partition takes from its parent.
_NOT_NULL_NAME = re.compile(r" CONSTRAINT \w+_not_null NOT NULL")


def dump() -> str:
    """Return the schema of the database as SQL, the same on every server version.

    With one exception: before 16 a view over one relation writes it before each of its columns.
    Without owners, comments, extensions, partitions of single months, and what belongs to the
    migration tool and to Procrastinate. Raises subprocess.CalledProcessError.
    """
    url = connections.owner_url()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # Not in the arguments, which every user of the machine can list.
    environment["PGPASSWORD"] = url.password or ""

    def run(program: str, *arguments: str, said: str | None = None) -> str:
        command = [str(embedded.binaries() / program), *arguments]
        return subprocess.run(
            command, env=environment, input=said, capture_output=True, text=True, check=True
        ).stdout

    with tempfile.NamedTemporaryFile() as archive:
        run(
            "pg_dump",
            "--schema-only",
            "--schema=public",
            "--exclude-extension=*",
            "--exclude-table=*yoyo*",
            "--exclude-table=dataset_sessions_[0-9]*",
            "--format=custom",
            f"--file={archive.name}",
            embedded.conninfo(url.set(password=None).render_as_string()),
        )
        # Functions can be left out of an archive only.
        entries = run("pg_restore", "--list", archive.name).splitlines()
        ours = run(
            "pg_restore",
            "--no-owner",
            "--no-comments",
            "--no-security-labels",
            "--no-tablespaces",
            "--use-list=/dev/stdin",
            "--file=-",
            archive.name,
            said="\n".join(entry for entry in entries if "procrastinate_" not in entry),
        )
    lines = [line for line in ours.splitlines() if not _NOISE.match(line)]
    text = _NOT_NULL_NAME.sub(" NOT NULL", "\n".join(lines))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def write() -> None:
    """Write the file anew, from the migrations run on a server of its own."""
    with embedded.throwaway() as server:
        os.environ["DATABASE_URL"] = server.url()
        migrate()
        FILE.write_text(dump())
        connections.dispose()


if __name__ == "__main__":
    write()
