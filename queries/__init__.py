"""The one reader of queries: a name, a scope and parameters in, a frame out.

A question is one file, `queries/<section>/<name>.sql`, read by its name "section/name". Its first
comment is the definition of the figure, its grain, its parameters and its columns.

A query runs as `closetai_reader` in a read-only transaction with the scope's brands. It does not
run with the scope's user: a person's own try-ons with other brands are no part of a brand's
figures, and colleagues share what the cache holds. A file that is about the person themselves says
so in its header ("Scope: brands and user").

Days are UTC, windows half-open: `since` is the first day in, `until` the first day out, both
`datetime.date`; `as_of` is the day that is not over yet. Nothing in SQL asks for the time, so equal
parameters are an equal key of the cache.
"""

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pandas as pd
import streamlit as st
from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.exc import DBAPIError

from database import connections
from database.tenancy import Scope

FOLDER = Path(__file__).resolve().parent

Parameter = str | int | date | datetime
_Column = np.ndarray | pd.api.extensions.ExtensionArray | pd.Series

# How long a figure may be old before a page reads it again, and how many answers are kept.
_TTL_SECONDS = 60
_MAX_ENTRIES = 2000

_NAME = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_QUERY_CANCELED = "57014"

# PostgreSQL's own numbers of its types, the same in every server.
_INTEGERS = {20, 21, 23}
_FLOATS = {700, 701}
_NUMERIC = 1700
_DAYS = {1082, 1114}
_TIMES = {1184}
_BOOLEAN = 16
_TEXTS = {19, 25, 1043, 2950}


class QueryFailedError(Exception):
    """A query could not be answered; the message is one sentence for people."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a query gave: one object for all who read it from the cache.

    What is made of answers alone can therefore be kept by them. `as_of` is when the database
    answered, `sql` the file's text, `elapsed_ms` how long it took.
    """

    _frame: pd.DataFrame
    as_of: datetime
    sql: str
    elapsed_ms: float

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, in a frame that its reader may change: its columns are copied when they are.

        It has the columns of the file's header. Shares (`_pct`) run from 0 to 1. Money (`_usd`) is
        `Decimal`, exact until it is drawn: `.astype(float)` there. Days are naive timestamps, times
        (`_at`) are in UTC. What is not available is NaN, NaT or None.
        """
        return self._frame.copy(deep=False)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._frame)

    @cached_property
    def row(self) -> Mapping[str, Any]:
        """The first row by the names of its columns, for answers of one row.

        Raises IndexError where there is none.
        """
        values = self._frame.iloc[0]
        return MappingProxyType(dict(zip(map(str, values.index), values, strict=True)))


@dataclass(frozen=True)
class _Question:
    sql: str
    statement: TextClause
    parameters: frozenset[str]
    by_user: bool


def names() -> list[str]:
    """Every query there is, as "section/name", in order."""
    return sorted(
        path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.glob("*/*.sql")
    )


def parameters(name: str) -> frozenset[str]:
    """What a query takes beside the scope. Raises LookupError for an unknown name."""
    return _question(name).parameters


@cache
def _question(name: str) -> _Question:
    path = FOLDER / f"{name}.sql"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise LookupError(f"There is no query {name}.")
    sql = path.read_text()
    statement = text(sql)
    return _Question(
        sql=sql,
        statement=statement,
        parameters=frozenset(statement.compile().params),
        by_user="\n-- Scope: brands and user" in sql,
    )


def read(name: str, scope: Scope, **params: Parameter) -> Answer:
    """Answer a question for a scope, from the cache where that is younger than a minute.

    `name` is "section/name"; `params` are exactly the parameters of the file's header. Two readers
    of one key wait for one query. Raises LookupError for an unknown name, TypeError for wrong
    parameters or no scope, QueryFailedError when the database refuses or gives up,
    DatabaseUnavailableError when it does not answer.
    """
    asked = _asked(name, scope, params)
    return _cached(key=repr(asked), _asked=asked)


def at_hand(name: str, scope: Scope, **params: Parameter) -> Answer | None:
    """What `read` would give without asking the database; None where it would have to ask.

    Where somebody else is asking just now, their answer is waited for. Raises as `read` does for
    wrong arguments.
    """
    asked = _asked(name, scope, params)
    token = _may_ask.set(False)
    try:
        return _cached(key=repr(asked), _asked=asked)
    except _NotCachedError:
        return None
    finally:
        _may_ask.reset(token)


def refresh(name: str, scope: Scope, **params: Parameter) -> None:
    """Forget what the cache holds for these arguments, so that the next `read` asks the database.

    Raises as `read` does for wrong arguments.
    """
    asked = _asked(name, scope, params)
    _cached.clear(key=repr(asked), _asked=asked)


@dataclass(frozen=True)
class _Asked:
    """What is asked of the database: whose rows, `user` only where the file says so."""

    name: str
    brands: str
    user: str
    params: tuple[tuple[str, Parameter], ...]


def _asked(name: str, scope: Scope, params: dict[str, Parameter]) -> _Asked:
    question = _question(name)
    # The types say so already; whose rows are read must not hang on a type checker.
    if not isinstance(scope, Scope):
        raise TypeError(f"{name} was read without a scope.")
    missing = sorted(question.parameters - params.keys())
    unknown = sorted(params.keys() - question.parameters)
    if missing or unknown:
        raise TypeError(
            f"{name} takes {', '.join(sorted(question.parameters)) or 'no parameters'};"
            f" missing: {', '.join(missing) or 'none'}, unknown: {', '.join(unknown) or 'none'}."
        )
    user = scope.user if question.by_user else ""
    return _Asked(name, scope.brands, user, tuple(sorted(params.items())))


# The cache does not say what it holds; what is called when it does not hold an answer can.
_may_ask: ContextVar[bool] = ContextVar("may_ask", default=True)


class _NotCachedError(Exception):
    """The cache does not hold the answer, and the database was not to be asked."""


# Shared by everybody who has the same scope, which is why the key says it: Streamlit leaves
# arguments with a leading underscore out of its own, and session state too. One string is the whole
# key, and is given by its name: to hash the parts each by itself, and to look up their names, took
# a fifth of the time of a page that asks nothing. One key is computed once at a time. As a
# resource, an answer is not unpickled for each reader.
@st.cache_resource(ttl=_TTL_SECONDS, max_entries=_MAX_ENTRIES, show_spinner=False)
def _cached(*, key: str, _asked: _Asked) -> Answer:  # noqa: ARG001 (the key)
    if not _may_ask.get():
        raise _NotCachedError
    name = _asked.name
    try:
        try:
            return _ask(_asked)
        except DBAPIError as error:
            # A hosted database that slept drops what it was asked first; reading twice is safe.
            if not connections.lost_connection(error):
                raise
            return _ask(_asked)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED:
            raise QueryFailedError(f"Reading {name} took too long.") from error
        raise QueryFailedError(f"The database could not answer {name}.") from error


def _ask(asked: _Asked) -> Answer:
    question = _question(asked.name)
    scope = Scope(brands=asked.brands, user=asked.user)
    started = perf_counter()
    with connections.reader(scope) as connection:
        frame = _frame(connection.execute(question.statement, dict(asked.params)))
    elapsed_ms = (perf_counter() - started) * 1000
    return Answer(frame, as_of=datetime.now(UTC), sql=question.sql, elapsed_ms=elapsed_ms)


def _frame(result: CursorResult[tuple[object, ...]]) -> pd.DataFrame:
    types = [(str(column[0]), cast(int, column[1])) for column in result.cursor.description]
    # From the driver: rows of SQLAlchemy's would be made to be taken apart.
    columns = list(zip(*result.cursor.fetchall(), strict=True)) or [()] * len(types)
    return pd.DataFrame(
        {
            name: _column(name, kind, values)
            for (name, kind), values in zip(types, columns, strict=True)
        },
        # The columns are nobody else's.
        copy=False,
    )


# By the type in the database, not by the values: an empty answer has the columns of a full one.
# As arrays, which take half of the time that pandas' own columns do.
def _column(name: str, kind: int, values: Sequence[Any]) -> _Column:
    if kind == _NUMERIC:
        if name.endswith("_usd"):
            return pd.Series(values, dtype="object")
        # Looking for None among them as below, a Decimal asks of it what kind of number it is.
        return np.fromiter(
            (np.nan if value is None else float(value) for value in values), "float64", len(values)
        )
    is_whole = None not in values
    if kind in _INTEGERS and is_whole:
        return np.array(values, dtype="int64")
    if kind in _INTEGERS | _FLOATS:
        known = values if is_whole else (np.nan if value is None else value for value in values)
        return np.fromiter(map(float, known), "float64", len(values))
    if kind in _DAYS:
        return pd.array(values, dtype="datetime64[us]")
    if kind in _TIMES:
        return pd.array(values, dtype="datetime64[us, UTC]")
    if kind == _BOOLEAN and is_whole:
        return np.array(values, dtype="bool")
    if kind in _TEXTS:
        return pd.array([None if value is None else str(value) for value in values], dtype="str")
    return pd.Series(values, dtype="object")
