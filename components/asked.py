"""What a card asked while it read its data: for its menu, and for the files made of it.

A card is handed a callable and does not see the questions in it. Each question says here what it
asked and what it was answered, to whichever card is listening in this thread.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

Parameter = str | int | date
# The one row of an answer, by the names of its columns.
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One query with its parameters: whose brands it looked at, and what it came to.

    ``brands`` is the scope's own word for them; ``elapsed_ms`` is how long the database took when
    it was asked, which may have been for somebody else a moment before.
    """

    name: str
    brands: str
    params: Mapping[str, Parameter]
    sql: str
    elapsed_ms: float
    row_count: int

    @property
    def filters(self) -> str:
        """Days and parameters in words, the last day being one that is in: what is shown."""
        words = []
        since, until = self.params.get("since"), self.params.get("until")
        if isinstance(since, date):
            words.append(
                f"{since:%Y-%m-%d} to {until - timedelta(days=1):%Y-%m-%d}"
                if isinstance(until, date)
                else f"from {since:%Y-%m-%d}"
            )
        words += [
            f"{name.replace('_', ' ')} {_in_words(value)}"
            for name, value in self.params.items()
            if name not in ("since", "until")
        ]
        return ", ".join([*words, "days are UTC"])

    @property
    def definition(self) -> str:
        """The query's first comment as far as it is the definition."""
        lines = []
        for line in self.sql.splitlines():
            if not line.startswith("-- ") or line.startswith(("-- Grain:", "-- Scope:")):
                break
            lines.append(line.removeprefix("-- "))
        return " ".join(lines)


def _in_words(value: Parameter) -> str:
    """A list of numbers that follow each other by its ends."""
    listed = str(value).split(",")
    if len(listed) < 3 or not listed[0].isdecimal():
        return str(value)
    follow = [str(int(listed[0]) + place) for place in range(len(listed))]
    return f"{listed[0]} to {listed[-1]}" if listed == follow else str(value)


_A = TypeVar("_A")
_P = ParamSpec("_P")
_Made = TypeVar("_Made")


def kept(
    make: Callable[Concatenate[_A, _P], _Made],
) -> Callable[Concatenate[_A, _P], _Made]:
    """Keep what a function makes of an answer, and of what else it takes, as long as the answer.

    An answer is one object for all who read it from the cache, so that the second to read it need
    not work it out again. What is made is shared: it is nobody's to change, and holds nothing of
    whoever it was made for, nor the answer itself.
    """
    made: WeakKeyDictionary[_A, dict[object, _Made]] = WeakKeyDictionary()

    @wraps(make)
    def keeping(answer: _A, /, *others: _P.args, **named: _P.kwargs) -> _Made:
        known = made.setdefault(answer, {})
        key = (others, *sorted(named.items()))
        if key not in known:
            known[key] = make(answer, *others, **named)
        return known[key]

    return keeping


class NotAtHandError(Exception):
    """The database has to be asked, by somebody who did not want to wait for it."""


_listening: ContextVar[list[Asked] | None] = ContextVar("listening", default=None)


@contextmanager
def listening() -> Iterator[list[Asked]]:
    """Collects what is asked in this thread until the block ends."""
    heard: list[Asked] = []
    token = _listening.set(heard)
    try:
        yield heard
    finally:
        _listening.reset(token)


_hurried: ContextVar[bool] = ContextVar("hurried", default=False)


@contextmanager
def at_hand() -> Iterator[None]:
    """What is asked in this thread raises ``NotAtHandError`` unless its answer is at hand."""
    token = _hurried.set(True)
    try:
        yield
    finally:
        _hurried.reset(token)


def is_hurried() -> bool:
    """Whether only what is at hand is wanted."""
    return _hurried.get()


def tell(name: str, scope: Any, params: Mapping[str, Parameter], answer: Any) -> None:
    """Say what was asked for a scope and answered, if anybody listens.

    ``answer`` has ``row_count``, ``sql`` and ``elapsed_ms``.
    """
    heard = _listening.get()
    if heard is not None:
        told = (answer.sql, answer.elapsed_ms, answer.row_count)
        heard.append(Asked(name, scope.brands, dict(params), *told))


def when(as_of: datetime) -> str:
    """A time of reading as files write it; ``as_of`` is in UTC."""
    return f"{as_of:%Y-%m-%d %H:%M:%S} UTC"
