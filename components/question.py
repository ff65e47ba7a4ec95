"""Questions that a page has decided to ask, for cards to ask when their turn comes.

The page hands over the reader of queries; a component knows neither the database nor the scope's
meaning. A card asks the same question over the period, and over the period before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import numpy as np
import pandas as pd

from components.card import Figure, Forget, Load
from components.period import Period

# More points than this are more than a sparkline's pixels: it shows every seventh then.
_SPARKLINE_POINTS = 100


class Answer(Protocol):
    """What a reader gives: rows, and when they were read."""

    @property
    def frame(self) -> pd.DataFrame: ...

    @property
    def as_of(self) -> datetime: ...


class Reader(Protocol):
    """Something that answers by a query's name, and can be told to forget the answer."""

    def read(self, name: str, scope: Any, **params: Any) -> Answer: ...

    def refresh(self, name: str, scope: Any, **params: Any) -> None: ...


@dataclass(frozen=True)
class Question:
    """A query's name with everything it takes but the days."""

    reader: Reader
    scope: Any
    name: str
    params: dict[str, str]

    def over(self, since: date, until: date) -> Answer:
        """The answer for the days from ``since`` up to, but without, ``until``."""
        return self.reader.read(self.name, self.scope, since=since, until=until, **self.params)

    def forget(self, since: date, until: date) -> None:
        """Forget that answer, so that the database is asked next time."""
        self.reader.refresh(self.name, self.scope, since=since, until=until, **self.params)


def measured(
    total: Question,
    column: str,
    period: Period,
    daily: tuple[Question, str] | None = None,
    before: str | None = None,
    note: Callable[[pd.Series], str] | None = None,
) -> tuple[Load[Figure], Forget]:
    """How a metric card reads its figure, and how it forgets it.

    ``total`` gives one row, ``column`` of which is the figure. ``before`` names the column of the
    same row with the figure before the period; without it, the question is asked over the period
    before. ``daily`` is the question and column of the sparkline, ``note`` makes the card's note
    of the row.
    """
    windows = [(period.start, period.end)]
    if before is None:
        windows += [(period.start, period.compared_end), (period.before_start, period.before_end)]

    def load() -> Figure:
        answers = [total.over(*window) for window in windows]
        rows = [answer.frame.iloc[0] for answer in answers]
        return Figure(
            value=rows[0][column],
            compared=rows[0][column] if before else rows[1][column],
            before=rows[0][before] if before else rows[2][column],
            series=_sparkline(daily, period),
            note=note(rows[0]) if note else "",
            as_of=answers[0].as_of,
        )

    def forget() -> None:
        for window in windows:
            total.forget(*window)
        if daily:
            daily[0].forget(period.start, period.end)

    return load, forget


def _sparkline(daily: tuple[Question, str] | None, period: Period) -> list[float]:
    if daily is None:
        return []
    question, column = daily
    values = question.over(period.start, period.end).frame[column].astype(float).to_numpy()
    if len(values) > _SPARKLINE_POINTS:
        values = values[::-7][::-1]
    return [float(value) for value in values[~np.isnan(values)]]
