"""Migrations, on every version that is claimed: the same schema, whoever runs them how often."""

import difflib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from database import connections, embedded, migrate, rollups, schema
from database.embedded import Cluster
from database.tenancy import Scope
from settings import ROOT, settings
from tests import facts
from tests.conftest import VERSIONS
from tests.prepared import administrator, use
from tests.rows import assert_every_table_has_a_row, fill, fill_shared

_VIEW = re.compile(r"^CREATE VIEW .*?;$", re.MULTILINE | re.DOTALL)
_QUALIFIER = re.compile(r"\b(?!public\b)\w+\.(?=\w)")
NAMES = [path.stem for path in migrate.files()]


def assert_committed_schema() -> None:
    """The database's schema is the committed one.

    Before version 16 a view over one relation writes it before each column: there, and only in
    views, such prefixes are left out of the comparison.
    """
    found, committed = schema.dump(), schema.FILE.read_text()
    with connections.owner() as connection:
        version = int(connection.scalar(text("show server_version_num")) or 0)
    if version < 160_000:
        found, committed = (
            _VIEW.sub(lambda view: _QUALIFIER.sub("", view[0]), one) for one in (found, committed)
        )
    difference = list(difflib.unified_diff(committed.splitlines(), found.splitlines(), n=1))
    assert difference == [], "make schema writes the file anew"


def start_empty(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with administrator(cluster) as connection:
        connection.execute(f"drop database if exists {embedded.DATABASE} with (force)")
        connection.execute(f"create database {embedded.DATABASE}")
    use(cluster, monkeypatch)


@pytest.fixture(params=VERSIONS)
def empty(
    request: pytest.FixtureRequest,
    servers: Callable[[int], Cluster],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Cluster]:
    """An empty database on each version."""
    cluster = servers(request.param)
    start_empty(cluster, monkeypatch)
    yield cluster
    connections.dispose()


@pytest.fixture
def newest(postgres_server: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """An empty database on the newest version."""
    start_empty(postgres_server, monkeypatch)
    yield postgres_server
    connections.dispose()


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of migrations as a copy that a test may change."""
    copy = shutil.copytree(migrate.MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(migrate, "MIGRATIONS", copy)
    return copy


@pytest.mark.usefixtures("empty")
def test_migrations_make_the_committed_schema_and_twice_is_a_no_op() -> None:
    assert migrate.migrate() == NAMES
    assert_committed_schema()
    assert migrate.migrate() == []
    assert_committed_schema()
    assert migrate.status() == [migrate.Status(name, True, False) for name in NAMES]


def test_the_schema_is_the_same_with_extensions(empty: Cluster) -> None:
    with administrator(empty, embedded.DATABASE) as connection:
        available = connection.execute(
            "select name from pg_available_extensions"
            " where name in ('vector', 'pg_trgm', 'pg_stat_statements')"
        ).fetchall()
        for (name,) in available:
            connection.execute(f"create extension {name}")
    assert available, "this version shows nothing: none of the extensions is there"
    migrate.migrate()
    assert_committed_schema()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_owner_who_is_no_superuser_migrates_and_takes_the_roles_on(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server of its own: roles belong to the server, and here they have to be missing.
    with embedded.throwaway(version) as cluster:
        with administrator(cluster) as connection:
            connection.execute("create role hosted login createrole")
            connection.execute("create database hosted owner hosted")
        monkeypatch.setenv("DATABASE_URL", cluster.url("hosted", "hosted"))
        settings.cache_clear()
        assert migrate.migrate() == NAMES
        assert migrate.migrate() == []
        assert_committed_schema()
        with connections.owner() as connection:
            rights = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
            assert connection.scalar(text(rights)) is False
        with connections.writer(Scope.system()) as connection:
            assert connection.scalar(text("select current_user")) == "closetai_app"
            connection.execute(text("insert into brands (name, slug) values ('Nord', 'nord')"))
            connection.execute(text("insert into users default values"))
        with connections.reader(Scope()) as connection:
            assert connection.scalar(text("select current_user")) == "closetai_reader"
            assert connection.scalar(text("select count(*) from brands")) == 0
        with connections.reader(Scope.system()) as connection:
            assert connection.scalar(text("select name from brands")) == "Nord"
            # The trigger that opens it runs with the owner's rights.
            assert connection.scalar(text("select balance from credit_accounts")) == 25
        connections.dispose()


@pytest.mark.usefixtures("newest")
def test_an_edited_migration_is_refused_and_nothing_is_applied(copied: Path) -> None:
    migrate.migrate()
    edited = copied / f"{NAMES[3]}.sql"
    edited.write_text(edited.read_text() + "\n-- changed\n")
    (copied / "9999_new.sql").write_text("create table new_table (id integer);\n")
    sentence = f"{edited.name} was edited after it had been applied: restore it"
    with pytest.raises(migrate.MigrationError, match=sentence):
        migrate.migrate()
    with connections.owner() as connection:
        assert connection.scalar(text("select to_regclass('new_table')")) is None
    assert [one.name for one in migrate.status() if one.edited] == [NAMES[3]]
    assert [one.name for one in migrate.status() if not one.applied] == ["9999_new"]


@pytest.mark.usefixtures("newest")
def test_a_newer_database_is_refused(copied: Path) -> None:
    migrate.migrate()
    (copied / f"{NAMES[-1]}.sql").unlink()
    with pytest.raises(
        migrate.MigrationError,
        match=f"database is newer than this program: it has the migration {NAMES[-1]},",
    ):
        migrate.migrate()


@pytest.mark.usefixtures("newest")
def test_a_server_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "OLDEST_SERVER", 99)
    with pytest.raises(
        migrate.MigrationError, match=r"^PostgreSQL 18 is too old: version 99 or newer is needed\.$"
    ):
        migrate.migrate()
    with connections.owner() as connection:
        assert connection.scalar(text("select to_regclass('users')")) is None


@pytest.mark.usefixtures("newest")
def test_two_starts_at_once_do_not_collide() -> None:
    code = "from database.migrate import migrate; print(len(migrate()))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [start.communicate(timeout=60)[0].strip() for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert sorted(said, key=int) == ["0", str(len(NAMES))]
    assert_committed_schema()


@pytest.mark.usefixtures("newest")
def test_a_start_that_was_killed_before_its_checksums_is_made_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(migrate, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            migrate.migrate()
    assert not any(one.applied for one in migrate.status())
    assert migrate.migrate() == []
    assert all(one.applied for one in migrate.status())


@pytest.mark.usefixtures("newest")
def test_a_migration_that_fails_leaves_nothing_behind_and_can_be_mended(copied: Path) -> None:
    migrate.migrate()
    broken = copied / "9999_broken.sql"
    broken.write_text("create table half_done (id integer);\n\nselect 1 / 0;\n")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate.migrate()
    with connections.owner() as connection:
        assert connection.scalar(text("select to_regclass('half_done')")) is None
    broken.write_text("create table half_done (id integer);\n")
    assert migrate.migrate() == ["9999_broken"]


def test_only_numbered_files_are_migrations() -> None:
    assert schema.FILE.parent == migrate.MIGRATIONS
    assert schema.FILE not in migrate.files()
    numbers = [int(path.name[:4]) for path in migrate.files()]
    # A gap is a number that is spoken for; no number stands twice.
    assert numbers == sorted(set(numbers))


@pytest.mark.usefixtures("any_database")
def test_the_rules_of_the_database_run_on_every_version() -> None:
    """Every trigger and function once; what they have to do is tested on the newest version."""
    with connections.owner() as connection:
        fill_shared(connection)
        one, two = fill(connection, "one"), fill(connection, "two")
        assert_every_table_has_a_row(connection)
        connection.execute(text("select ensure_dataset_partition('2026-11-01')"))
    with connections.writer(Scope.system()) as connection:
        connection.execute(
            text("select reset_free_credits(:account, '2100-01-01')"), {"account": one.account}
        )
        connection.execute(text("select refund_credits(:payment)"), {"payment": one.payment})
        connection.execute(text("update subscriptions set status = 'past_due'"))
        connection.execute(text("delete from users where id = :id"), {"id": one.user})
    with connections.reader(Scope.of_brands([one.brand])) as connection:
        kinds = text("select kind::text, count(*) from mrr_movements group by 1 order by 1")
        # New and gone on one day is no movement, except that Stripe's policy still counts it.
        assert [tuple(row) for row in connection.execute(kinds)] == [("new", 1)]
        people = text("select count(distinct user_id) from shoppers")
        assert connection.scalar(people) == 1
        assert connection.scalar(text("select count(*) from users where role = 'tombstone'")) == 1
        assert connection.scalar(text("select count(*) from brands")) == 1
    with connections.reader(Scope(user=str(two.user))) as connection:
        assert connection.scalar(text("select count(*) from tryon_jobs")) == len(two.jobs)


@pytest.mark.usefixtures("newest")
def test_a_database_from_before_the_rollups_is_counted(copied: Path) -> None:
    later = {path.name: path.read_text() for path in copied.glob("*.sql") if path.stem > "0013"}
    for name in later:
        (copied / name).unlink()
    migrate.migrate()
    with connections.owner() as connection:
        brand = facts.brand(connection, "Aurora")
        shopper = facts.shopper(connection)
        facts.job(connection, brand, shopper, facts.at("2026-03-02"))
    for name, content in later.items():
        (copied / name).write_text(content)
    migrate.migrate()
    # As the worker does within a second of its start.
    assert rollups.fold() > 0
    assert rollups.check() == []
    with connections.reader(Scope.of_brands([brand])) as connection:
        launched = text(
            "select sum(launched) from rollup_cells where category = 'all' and device = 'all'"
        )
        assert connection.scalar(launched) == 2, "a day and a month"


@pytest.mark.usefixtures("newest")
@pytest.mark.parametrize("confidence", ["0.9", None])
def test_a_calibration_is_counted_anew_where_a_verdict_stood_in_the_wrong_tenth(
    copied: Path, confidence: str | None
) -> None:
    for path in copied.glob("*.sql"):
        if path.stem > "0057":
            path.unlink()
    (counted_anew,) = copied.glob("0056_*")
    statement = counted_anew.read_text()
    counted_anew.unlink()
    migrate.migrate()
    with connections.owner() as connection:
        facts.insert(
            connection,
            "verdict_facts",
            job_id="00000000-0000-7000-8000-000000000000",
            in_demo=False,
            origin="shopper",
            category="tops",
            device="ios",
            day=facts.at("2026-03-02"),
            finished_at=facts.at("2026-03-02"),
            drawn_at_random=True,
            confidence=confidence and Decimal(confidence),
            approved=True,
            reasons=[],
        )
        connection.execute(text("update rollup_state set is_stale = false"))
    counted_anew.write_text(statement)
    migrate.migrate()
    with connections.owner() as connection:
        is_stale = connection.scalar(text("select is_stale from rollup_state"))
    assert is_stale is (confidence is None)
