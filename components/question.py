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

from components.card import Figure, metric_card
from components.period import Period
from metrics import METRICS

Parameter = str | int | date

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
    params: dict[str, Parameter]

    def over(self, since: date, until: date) -> Answer:
        """The answer for the days from ``since`` up to, but without, ``until``."""
        return self.reader.read(self.name, self.scope, since=since, until=until, **self.params)

    def forget(self, since: date, until: date) -> None:
        """Forget that answer, so that the database is asked next time."""
        self.reader.refresh(self.name, self.scope, since=since, until=until, **self.params)


class Ask(Protocol):
    """Makes a question of a query's name and what it takes but the days."""

    def __call__(self, name: str, **params: Parameter) -> Question: ...


def asking(reader: Reader, scope: Any) -> Ask:
    """What a page asks its questions with: one reader, one scope."""

    def ask(name: str, **params: Parameter) -> Question:
        return Question(reader, scope, name, params)

    return ask


def measure(
    period: Period,
    metric: str,
    total: Question,
    column: str,
    course: Question | None = None,
    note: Callable[[pd.Series], str] | None = None,
    *,
    before: str | None = None,
    course_since: date | None = None,
) -> None:
    """A metric card that reads its figure from a question, over the period and the one before.

    ``metric`` is the figure's key. ``total`` gives one row, ``column`` of which is the figure;
    ``course`` gives several rows whose column of the same name is the sparkline; ``note`` makes the
    card's note of the row. ``before`` names the column of the row with the figure before the
    period; without it, the question is asked over the period before. ``course_since`` is where the
    sparkline begins (default: with the period).
    """
    windows = [(period.start, period.end)]
    drawn = (course_since or period.start, period.end)
    if before is None:
        windows += [(period.start, period.compared_end), (period.before_start, period.before_end)]

    def load() -> Figure:
        answers = [total.over(*window) for window in windows]
        rows = [answer.frame.iloc[0] for answer in answers]
        return Figure(
            value=rows[0][column],
            compared=rows[0][column] if before else rows[1][column],
            before=rows[0][before] if before else rows[2][column],
            series=_sparkline(course.over(*drawn), column) if course else (),
            note=note(rows[0]) if note else "",
            as_of=answers[0].as_of,
        )

    def forget() -> None:
        for window in windows:
            total.forget(*window)
        if course:
            course.forget(*drawn)

    metric_card(METRICS[metric], load, forget, period.against)


def _sparkline(answer: Answer, column: str) -> list[float]:
    values = answer.frame[column].astype(float).to_numpy()
    if len(values) > _SPARKLINE_POINTS:
        values = values[::-7][::-1]
    return [float(value) for value in values[~np.isnan(values)]]
