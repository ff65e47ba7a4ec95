"""Backup and restore: the same rows, the same rights, and nothing lost when one fails."""

from pathlib import Path

import pytest
from sqlalchemy import text

from database import backup, connections, embedded
from database.backup import BackupError
from database.embedded import Cluster
from database.migrate import status
from database.tenancy import Scope
from tests.prepared import administrator, use

TABLES = """
    select c.oid::regclass::text from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
"""
RIGHTS = """
    select c.oid::regclass::text, c.relacl::text, c.relrowsecurity, p.polname, p.polroles::text,
        pg_get_expr(p.polqual, p.polrelid)
    from pg_class c left join pg_policy p on p.polrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    order by 1, 4
"""


def quiet(_share: float, _message: str) -> None:
    """Take progress and say nothing."""


def fill() -> None:
    with connections.owner() as connection:
        connection.execute(
            text(
                "insert into brands (name, slug, is_demo) values ('Ärmel & Söhne', 'one', true);"
                "insert into users (role, email, display_name)"
                " values ('admin', 'quote''s@example.com', E'two\\nlines')"
            )
        )


def content() -> dict[str, list[str]]:
    """Return the rows of every table, whatever tables there are."""
    with connections.owner() as connection:
        return {
            name: sorted(connection.scalars(text(f"select t::text from {name} as t")))
            for name in connection.scalars(text(TABLES))
        }


def rights() -> list[object]:
    with connections.owner() as connection:
        return [tuple(row) for row in connection.execute(text(RIGHTS))]


def make_empty(cluster: Cluster) -> None:
    connections.dispose()
    with administrator(cluster) as connection:
        connection.execute(f"drop database {embedded.DATABASE} with (force)")
        connection.execute(f"create database {embedded.DATABASE}")


def test_a_restore_brings_back_rows_and_rights(any_database: Cluster, tmp_path: Path) -> None:
    fill()
    rows, allowed = content(), rights()
    assert "Ärmel & Söhne" in rows["brands"][0]
    shares: list[float] = []
    backup.backup(tmp_path / "file", lambda share, _: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 20
    make_empty(any_database)
    backup.restore(tmp_path / "file", quiet)
    assert content() == rows
    assert rights() == allowed
    assert all(entry.applied and not entry.edited for entry in status())
    with connections.reader(Scope(brands="demo")) as connection:
        assert connection.scalar(text("select count(*) from brands")) == 1
    with connections.reader(Scope()) as connection:
        assert connection.scalar(text("select count(*) from brands")) == 0


def test_a_restore_on_a_server_that_never_had_the_roles(
    database: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    rows = content()
    backup.backup(tmp_path / "file", quiet)
    connections.dispose()
    with embedded.throwaway() as other:
        use(other, monkeypatch)
        backup.restore(tmp_path / "file", quiet)
        assert content() == rows
        connections.dispose()
    use(database, monkeypatch)


@pytest.mark.usefixtures("database")
def test_data_is_replaced_only_by_force(tmp_path: Path) -> None:
    backup.backup(tmp_path / "empty", quiet)
    fill()
    rows = content()
    with pytest.raises(BackupError, match="holds data already: --force replaces it"):
        backup.restore(tmp_path / "empty", quiet)
    assert content() == rows
    backup.restore(tmp_path / "empty", quiet, force=True)
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from brands")) == 0


@pytest.mark.usefixtures("database")
def test_a_damaged_backup_changes_nothing(tmp_path: Path) -> None:
    fill()
    rows = content()
    backup.backup(tmp_path / "file", quiet)
    whole = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(whole[:-10])  # of the last table's rows
    with pytest.raises(BackupError, match=r"failed and changed nothing: .*end of file"):
        backup.restore(tmp_path / "file", quiet, force=True)
    assert content() == rows


@pytest.mark.usefixtures("database")
def test_a_statement_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    rows = content()
    backup.backup(tmp_path / "file", quiet)
    last_straw = backup._EMPTY_SCHEMA + "create table brands ();"
    monkeypatch.setattr(backup, "_EMPTY_SCHEMA", last_straw)
    with pytest.raises(BackupError, match=r'changed nothing: .*"brands" already exists'):
        backup.restore(tmp_path / "file", quiet, force=True)
    assert content() == rows


@pytest.mark.usefixtures("database")
def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear database")
    with pytest.raises(BackupError, match="letter is no backup"):
        backup.restore(tmp_path / "letter", quiet)
    with pytest.raises(BackupError, match="There is no file"):
        backup.restore(tmp_path / "nowhere", quiet)


@pytest.mark.usefixtures("database")
def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def full(_share: float, _message: str) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupError, match="cannot be written: No space left"):
        backup.backup(tmp_path / "file", full)
    with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
        backup.backup(tmp_path / "nowhere" / "file", quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_replaces_an_older_one_only_when_complete(
    database: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("older")
    monkeypatch.setattr(backup, "_server", lambda: (16, False))  # pg_dump 16 refuses a server 18
    with pytest.raises(BackupError, match=r"The backup failed: .*server version mismatch"):
        backup.backup(file, quiet)
    assert file.read_text() == "older"
    monkeypatch.undo()
    use(database, monkeypatch)
    backup.backup(file, quiet)
    assert file.read_bytes()[:5] == b"PGDMP"
