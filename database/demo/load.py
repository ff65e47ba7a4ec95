"""Bringing tables into the database quickly: COPY, no triggers, indexes made afterwards."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.csv
from psycopg import sql
from sqlalchemy import Connection, text


def prepare(connection: Connection) -> None:
    """Set up a transaction that loads: times are UTC, and nothing is cut off for taking long."""
    for setting in (
        "timezone = 'UTC'",
        "statement_timeout = 0",
        "synchronous_commit = off",
        "maintenance_work_mem = '256MB'",
        "work_mem = '128MB'",
    ):
        connection.execute(text(f"set local {setting}"))


def copy(connection: Connection, table: str, rows: pa.Table) -> None:
    """Append rows to a table; the columns carry the names of the table's."""
    if rows.num_rows == 0:
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    statement = sql.SQL("copy {} ({}) from stdin with (format csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    )
    options = pyarrow.csv.WriteOptions(include_header=False)
    with driver.cursor() as cursor, cursor.copy(statement) as stream:
        for part in rows.to_batches(max_chunksize=100_000):
            sink = pa.BufferOutputStream()
            pyarrow.csv.write_csv(part, sink, options)
            stream.write(memoryview(sink.getvalue()))


@contextmanager
def quiet(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """No triggers on these tables within the block: the caller writes what they would have written.

    A superuser switches foreign keys off, too, and locks nothing. Any other owner disables the
    triggers table by table, which keeps other writers out of these tables until the transaction
    ends, and foreign keys are checked.
    """
    may_set = "select has_parameter_privilege(current_user, 'session_replication_role', 'set')"
    if connection.scalar(text(may_set)):
        connection.execute(text("set local session_replication_role = replica"))
        yield
        connection.execute(text("set local session_replication_role = origin"))
        return
    for table in tables:
        connection.execute(text(f"alter table {table} disable trigger user"))
    yield
    for table in tables:
        connection.execute(text(f"alter table {table} enable trigger user"))


@contextmanager
def without_indexes(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Drop these tables' indexes, all but those of constraints, and make them again at the end.

    In one transaction: when it fails, nothing was dropped. Until it ends, nobody else reads these
    tables.
    """
    definitions = connection.execute(
        text(
            """
            select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
            from pg_index i
            where i.indrelid = any (cast(:tables as regclass[]))
              and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
            """
        ),
        {"tables": list(tables)},
    ).all()
    for row in definitions:
        connection.execute(text(f"drop index {row.name}"))
    yield
    for row in definitions:
        connection.exec_driver_sql(row.definition)
