"""Charts of a question that gives a row a day: how the card reads, draws and describes it."""

from datetime import date, timedelta

import pandas as pd

from components import charts, jobs, movements
from components.asked import kept
from components.card import Drawing, Forget, Load
from components.drill import Rows
from components.parts import Part, Parts
from components.question import Answer, Question
from metrics import Unit, text


def level(
    question: Question,
    column: str,
    name: str,
    unit: Unit,
    since: date,
    until: date,
    behind: Rows | None = None,
) -> tuple[Load[Drawing], Forget]:
    """A line of a level, as MRR is one, over the days from ``since`` to ``until``.

    ``behind`` are the movements that stand behind its months.
    """

    def load() -> Drawing:
        drawing = _level(question.read(since=since, until=until), column, name, unit, until)
        return drawing if behind is None else behind.behind(drawing)

    return load, lambda: question.forget(since=since, until=until)


@kept
def _level(answer: Answer, column: str, name: str, unit: Unit, until: date) -> Drawing:
    frame = answer.frame
    values = frame[column].astype(float)
    if not values.fillna(0).any():
        return Drawing(None, "", answer.as_of, empty=f"No {name} in this period.")
    days = frame["day"].dt.date.tolist()
    return Drawing(
        charts.level(days, name, values, unit),
        _said(name, unit, frame["day"], values),
        answer.as_of,
        parts=_months(days, until),
    )


def bars(
    question: Question,
    column: str,
    name: str,
    unit: Unit,
    since: date,
    until: date,
    today: date,
    behind: Rows | None = None,
) -> tuple[Load[Drawing], Forget]:
    """A bar of ``column`` for each day; ``today`` is added to a period that ends with yesterday.

    Today's bar is hatched: it is not over, and in no figure beside the chart. ``behind`` are the
    completed jobs that stand behind the bars.
    """
    running = int(until == today)
    end = until + timedelta(days=running)

    def load() -> Drawing:
        drawing = _bars(question.read(since=since, until=end), column, name, unit, running)
        return drawing if behind is None else behind.behind(drawing)

    return load, lambda: question.forget(since=since, until=end)


@kept
def _bars(answer: Answer, column: str, name: str, unit: Unit, running: int) -> Drawing:
    frame = answer.frame
    values = frame[column].astype(float)
    if not values.any():
        return Drawing(None, "", answer.as_of, empty=f"No {name.lower()} in this period.")
    complete = slice(None, len(values) - running)
    return Drawing(
        charts.bars(frame["day"], name, values, unit, running),
        _said(name, unit, frame["day"][complete], values[complete]),
        answer.as_of,
        note="Hatched: today, which is not over." if running else "",
        parts=_days(frame["day"]),
    )


def _months(days: list[date], until: date) -> Parts:
    """The movements of the month that each day is in."""

    def part(begin: date) -> Part:
        after = (begin + timedelta(days=31)).replace(day=1)
        return movements.moved(f"In {begin:%B %Y}", "all", begin, min(after, until))

    whole = movements.moved("In all these days", "all", days[0], until)
    begins = [day.replace(day=1) for day in days]
    parts = {begin: part(begin) for begin in dict.fromkeys(begins)}
    return Parts.of(whole, {0: [parts[begin] for begin in begins]})


def _days(days: pd.Series) -> Parts:
    """The jobs completed on each day."""

    def part(label: str, first: pd.Timestamp, last: pd.Timestamp) -> Part:
        return jobs.ended(label, first.date(), last.date() + timedelta(days=1))

    whole = part("Completed in all these days", days.iloc[0], days.iloc[-1])
    return Parts.of(
        whole, {0: [part(f"Completed on {day:%a %-d %b %Y}", day, day) for day in days]}
    )


def _said(name: str, unit: Unit, days: pd.Series, values: pd.Series) -> str:
    """What the chart shows, for who cannot see it: its ends and its peak."""
    first, last, peak = (
        f"{text(unit, values.iloc[at])} on {days.iloc[at]:%-d %b %Y}"
        for at in (0, -1, int(values.fillna(0).to_numpy().argmax()))
    )
    return f"{name} by day: {first}, {last}; highest {peak}."
