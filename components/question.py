"""Questions that a page has decided to ask, for cards to ask when their turn comes.

The page hands over the reader of queries; a component knows neither the database nor the scope's
meaning. A card asks the same question over the period, and over the period before it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

import numpy as np
import pandas as pd

from components import asked
from components.asked import Row, kept
from components.card import Behind, Figure, metric_card
from components.period import Period
from metrics import DASH, METRICS

Parameter = str | int | date

# More points than this are more than a sparkline's pixels: it shows every seventh then.
_SPARKLINE_POINTS = 100


class Answer(Protocol):
    """What a reader gives: rows, when they were read, by which SQL and how long that took.

    ``row`` is the first of them, for questions of one row.
    """

    @property
    def frame(self) -> pd.DataFrame: ...

    @property
    def row_count(self) -> int: ...

    @property
    def row(self) -> Row: ...

    @property
    def as_of(self) -> datetime: ...

    @property
    def sql(self) -> str: ...

    @property
    def elapsed_ms(self) -> float: ...


# Asked anew for every reading, so that a session that is over ends at the next click on a card.
Scoped = Callable[[], Any]


class Reader(Protocol):
    """Something that answers by a query's name, and can be told to forget the answer.

    ``at_hand`` gives None where ``read`` would have to ask the database.
    """

    def read(self, name: str, scope: Any, **params: Any) -> Answer: ...

    def at_hand(self, name: str, scope: Any, **params: Any) -> Answer | None: ...

    def refresh(self, name: str, scope: Any, **params: Any) -> None: ...


@dataclass(frozen=True)
class Question:
    """A query's name with everything it takes but the days."""

    reader: Reader
    scope: Scoped
    name: str
    params: dict[str, Parameter]

    def read(self, **days: date) -> Answer:
        """The answer for those days, as the query calls them: mostly ``since`` and ``until``.

        Raises ``asked.NotAtHandError`` when only what is at hand is wanted, and this is not.
        """
        scope = self.scope()
        if asked.is_hurried():
            known = self.reader.at_hand(self.name, scope, **days, **self.params)
            if known is None:
                raise asked.NotAtHandError
            answer = known
        else:
            answer = self.reader.read(self.name, scope, **days, **self.params)
        asked.tell(self.name, scope, {**days, **self.params}, answer)
        return answer

    def narrowed(self, params: Mapping[str, Parameter], brand: str | None = None) -> "Question":
        """The same question with some of what it takes said otherwise, or said at all.

        With the id of a ``brand`` it is asked of that one alone, of those in view.
        """
        scope = self.scope if brand is None else lambda: self.scope().narrowed_to(brand)
        return replace(self, params=self.params | dict(params), scope=scope)

    def forget(self, **days: date) -> None:
        """Forget that answer, so that the database is asked next time."""
        self.reader.refresh(self.name, self.scope(), **days, **self.params)


class Ask(Protocol):
    """Makes a question of a query's name and what it takes but the days."""

    def __call__(self, name: str, **params: Parameter) -> Question: ...


def asking(reader: Reader, scope: Scoped) -> Ask:
    """What a page asks its questions with: one reader, and who is asking."""

    def ask(name: str, **params: Parameter) -> Question:
        return Question(reader, scope, name, params)

    return ask


def measure(
    period: Period,
    metric: str,
    total: Question,
    column: str,
    course: Question | None = None,
    note: Callable[[Row], str] | None = None,
    *,
    before: str | None = None,
    course_since: date | None = None,
    absent: Callable[[Row], str] | None = None,
    behind: Behind | None = None,
) -> None:
    """A metric card that reads its figure from a question, over the period and the one before.

    ``metric`` is the figure's key. ``total`` gives one row, ``column`` of which is the figure;
    ``course`` gives several rows whose column of the same name is the sparkline; ``note`` makes the
    card's note of the row. ``before`` names the column of the row with the figure at the period's
    start, for where the days compared with end there; else, and without it, the question is asked
    over these days. ``course_since`` is where the sparkline begins (default: with the period).
    ``absent`` makes of the row what stands in the place of a figure that is n/a (default: a dash).
    ``behind`` opens the rows that it is made of.
    A period that is not compared has no change.
    """
    windows = [{"since": period.start, "until": period.end}]
    # What a row says of before is as of the period's start.
    earlier = before if period.is_seamless else None
    if earlier is None and period.is_compared:
        windows += [
            {"since": period.start, "until": period.compared_end},
            {"since": period.before_start, "until": period.before_end},
        ]
    drawn = {"since": course_since or period.start, "until": period.end}

    def load() -> Figure:
        answers = [total.read(**window) for window in windows]
        rows = [answer.row for answer in answers]
        change = (None, None)
        if len(rows) > 1:
            change = (rows[1][column], rows[2][column])
        elif earlier is not None and period.is_compared:
            change = (rows[0][column], rows[0][earlier])
        return Figure(
            value=rows[0][column],
            compared=change[0],
            before=change[1],
            series=_sparkline(course.read(**drawn), column) if course else (),
            note=note(rows[0]) if note else "",
            absent=absent(rows[0]) if absent else DASH,
            as_of=answers[0].as_of,
            behind=behind,
        )

    def forget() -> None:
        for window in windows:
            total.forget(**window)
        if course:
            course.forget(**drawn)

    metric_card(METRICS[metric], load, forget, period.against)


def measure_now(
    metric: str, question: Question, column: str, note: Callable[[Row], str] | None = None
) -> None:
    """A metric card of how something stands: ``question`` takes no days and gives one row."""

    def load() -> Figure:
        answer = question.read()
        row = answer.row
        return Figure(row[column], answer.as_of, note=note(row) if note else "")

    metric_card(METRICS[metric], load, question.forget, "")


@kept
def _sparkline(answer: Answer, column: str) -> tuple[float, ...]:
    values = answer.frame[column].astype(float).to_numpy()
    if len(values) > _SPARKLINE_POINTS:
        values = values[::-7][::-1]
    return tuple(float(value) for value in values[~np.isnan(values)])
