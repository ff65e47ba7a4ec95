"""Transactions: the one place where roles and scopes are set.

`reader` and `writer` yield a connection inside one transaction that runs as `closetai_reader`
(read-only) or `closetai_app`, under row-level security with the given scope. `owner` is for
migrations, demo data and backups.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from database import embedded
from database.tenancy import Scope
from settings import settings

Role = Literal["closetai_reader", "closetai_app"]

# Longer than any page's query takes at full scale; one that runs away ends here.
_STATEMENT_TIMEOUT = "20s"

# All in one statement, so that a transaction costs one round trip more than its query. Everything
# is local to the transaction: a pooler between us and the server may hand the session to somebody
# else afterwards. The role comes first and is read back last: a server that did not change it is
# refused. The last three suit what pages ask: it is answered before workers would have been started
# or anything compiled, and how to answer it best hangs on its scope and days.
_BEGIN = text(
    """
    select
      set_config('role', :role, true),
      set_config('transaction_read_only', :read_only, true),
      set_config('closetai.brands', :brands, true),
      set_config('closetai.user', :user, true),
      set_config('TimeZone', 'UTC', true),
      set_config('statement_timeout', :timeout, true),
      set_config('max_parallel_workers_per_gather', '0', true),
      set_config('jit', 'off', true),
      set_config('plan_cache_mode', 'force_custom_plan', true),
      current_user
    """
)


class DatabaseUnavailableError(Exception):
    """The database does not answer, or refuses the connection; the message is for people."""


def owner_url() -> URL:
    """The address and login that owns the schema: DATABASE_URL, or the embedded server's."""
    return make_url(settings().database_url or embedded.url(settings().home))


def _role_url(role: Role) -> URL:
    # The embedded server has both as login roles; a hosted database has one login, which takes the
    # role on.
    return owner_url() if settings().database_url else owner_url().set(username=role)


# One of each address. Not in a cache that forgets: what is open has to be closed.
_engines: dict[URL, Engine] = {}


def _engine(url: URL) -> Engine:
    # Two threads may both make one; that of the second is dropped before it connects.
    return _engines.get(url) or _engines.setdefault(url, _new_engine(url))


def _new_engine(url: URL) -> Engine:
    return create_engine(
        url,
        pool_size=8,
        max_overflow=16,
        # A hosted database that slept has dropped its connections: ask before use, renew old ones.
        pool_pre_ping=True,
        pool_recycle=240,
        connect_args={"connect_timeout": 5, "application_name": "closetai"},
    )


@contextmanager
def _begin(url: URL) -> Iterator[Connection]:
    try:
        connection = _engine(url).connect()
    except OperationalError as error:
        raise DatabaseUnavailableError("The database does not answer.") from error
    with connection, connection.begin():
        yield connection


@contextmanager
def _scoped(role: Role, scope: Scope) -> Iterator[Connection]:
    with _begin(_role_url(role)) as connection:
        row = connection.execute(
            _BEGIN,
            {
                "role": role,
                "read_only": "on" if role == "closetai_reader" else "off",
                "brands": scope.brands,
                "user": scope.user,
                "timeout": _STATEMENT_TIMEOUT,
            },
        ).one()
        if row.current_user != role:
            raise PermissionError(f"The database gave {row.current_user} instead of {role}.")
        yield connection


@contextmanager
def reader(scope: Scope) -> Iterator[Connection]:
    """Yield a connection in one read-only transaction that sees the scope's rows.

    Raises DatabaseUnavailableError when no connection can be had.
    """
    with _scoped("closetai_reader", scope) as connection:
        yield connection


@contextmanager
def writer(scope: Scope) -> Iterator[Connection]:
    """Yield a connection in one transaction that sees and writes the scope's rows, then commits.

    Raises DatabaseUnavailableError when no connection can be had.
    """
    with _scoped("closetai_app", scope) as connection:
        yield connection


@contextmanager
def owner() -> Iterator[Connection]:
    """Yield a connection in one transaction of the schema's owner, free of row-level security.

    Raises DatabaseUnavailableError when no connection can be had.
    """
    with _begin(owner_url()) as connection:
        yield connection


def app_conninfo() -> str:
    """What psycopg connects by, for Procrastinate, which pools by itself.

    As the app's role; a hosted database has one login for everything.
    """
    return embedded.conninfo(_role_url("closetai_app").render_as_string(hide_password=False))


@contextmanager
def maintenance() -> Iterator[Connection]:
    """Yield a connection of the schema's owner outside of transactions, for VACUUM.

    Raises DatabaseUnavailableError when no connection can be had.
    """
    try:
        connection = _engine(owner_url()).connect()
    except OperationalError as error:
        raise DatabaseUnavailableError("The database does not answer.") from error
    with connection.execution_options(isolation_level="AUTOCOMMIT") as connected:
        yield connected


def lost_connection(error: DBAPIError) -> bool:
    """Tell whether the connection broke (the server slept, restarted or ended it).

    A read may then be tried again.
    """
    return error.connection_invalidated


def dispose() -> None:
    """Close every pooled connection and forget the engines, when the settings have changed."""
    while _engines:
        _engines.popitem()[1].dispose()
