"""Migrations: yoyo runs the numbered files of `migrations/`; a checksum notices an edited one.

yoyo's own lock is a row, which a killed process leaves behind; an advisory lock ends with its
connection.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text
from yoyo import get_backend, read_migrations
from yoyo.backends import DatabaseBackend

from database import connections
from settings import ROOT

MIGRATIONS = ROOT / "migrations"

OLDEST_SERVER = 15

# Any number that nobody else takes.
_LOCK = 7_203_114_559


class MigrationError(Exception):
    """The schema cannot be brought up to date; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Status:
    """One migration: its file's stem, and whether it is applied, and edited since."""

    name: str
    applied: bool
    edited: bool


def files() -> list[Path]:
    """The migrations in the order in which they are applied: SQL, or Python that yoyo runs."""
    return sorted(
        path for path in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*") if path.suffix in (".sql", ".py")
    )


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _recorded(connection: Connection) -> dict[str, str]:
    if not connection.scalar(text("select to_regclass('migration_checksums') is not null")):
        return {}
    rows = connection.execute(text("select name, checksum from migration_checksums"))
    return {row.name: row.checksum for row in rows}


def _check_server(connection: Connection) -> None:
    version = int(connection.scalar(text("show server_version_num")) or 0) // 10_000
    if version < OLDEST_SERVER:
        raise MigrationError(
            f"PostgreSQL {version} is too old: version {OLDEST_SERVER} or newer is needed."
        )


def _refuse_edited(recorded: dict[str, str]) -> None:
    for path in files():
        if recorded.get(path.stem, _checksum(path)) != _checksum(path):
            raise MigrationError(
                f"{path.name} was edited after it had been applied: restore it, and change the "
                "schema in a new migration."
            )
    missing = recorded.keys() - {path.stem for path in files()}
    if missing:
        raise MigrationError(
            f"This database is newer than this program: it has the migration {max(missing)}, "
            "which is not here."
        )


def status() -> list[Status]:
    """What is applied and what is not, in order.

    Raises DatabaseUnavailableError.
    """
    with connections.owner() as connection:
        recorded = _recorded(connection)
    return [
        Status(
            path.stem,
            applied=path.stem in recorded,
            edited=recorded.get(path.stem, _checksum(path)) != _checksum(path),
        )
        for path in files()
    ]


def migrate() -> list[str]:
    """Apply what is not applied yet, each file in its own transaction, and return their names.

    A second caller waits for the first one. Raises MigrationError for a server that is too old, for
    an applied migration that was edited, and for a database that is newer than this program;
    DatabaseUnavailableError.
    """
    with connections.owner() as guard:
        _check_server(guard)
        guard.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _refuse_edited(_recorded(guard))
        with _backend() as backend:
            # yoyo takes every file of the directory; schema.sql is none of them.
            known = {path.stem for path in files()}
            found = read_migrations(str(MIGRATIONS)).filter(lambda one: one.id in known)
            todo = backend.to_apply(found)
            for migration in todo:
                backend.apply_one(migration)
            # All of them: a process that was killed between yoyo's mark and this is made good.
            _record(backend, files())
        return [migration.id for migration in todo]


def _backend() -> DatabaseBackend:
    url = connections.owner_url().set(drivername="postgresql+psycopg")
    return get_backend(url.render_as_string(hide_password=False))


def _record(backend: DatabaseBackend, paths: list[Path]) -> None:
    with backend.transaction():
        backend.execute(
            "create table if not exists migration_checksums (name text primary key,"
            " checksum text not null, applied_at timestamptz not null default now())"
        )
        backend.execute("grant select on migration_checksums to closetai_app")
        for path in paths:
            backend.execute(
                "insert into migration_checksums (name, checksum) values (:name, :checksum)"
                " on conflict (name) do nothing",
                {"name": path.stem, "checksum": _checksum(path)},
            )
