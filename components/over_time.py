"""Charts of a question that gives a row a day: how the card reads, draws and describes it."""

from datetime import date, timedelta

import pandas as pd

from components import charts
from components.card import Drawing, Forget, Load
from components.question import Question
from metrics import Unit, text


def level(
    question: Question, column: str, name: str, unit: Unit, since: date, until: date
) -> tuple[Load[Drawing], Forget]:
    """A line of a level, as MRR is one, over the days from ``since`` to ``until``."""

    def load() -> Drawing:
        answer = question.read(since=since, until=until)
        values = answer.frame[column].astype(float)
        if not values.fillna(0).any():
            return Drawing(None, "", answer.as_of, empty=f"No {name} in this period.")
        figure = charts.level(answer.frame["day"], name, values, unit)
        return Drawing(figure, _said(name, unit, answer.frame["day"], values), answer.as_of)

    return load, lambda: question.forget(since=since, until=until)


def bars(
    question: Question, column: str, name: str, unit: Unit, since: date, until: date, today: date
) -> tuple[Load[Drawing], Forget]:
    """A bar of ``column`` for each day; ``today`` is added to a period that ends with yesterday.

    Today's bar is hatched: it is not over, and in no figure beside the chart.
    """
    running = int(until == today)
    end = until + timedelta(days=running)

    def load() -> Drawing:
        answer = question.read(since=since, until=end)
        values = answer.frame[column].astype(float)
        if not values.any():
            return Drawing(None, "", answer.as_of, empty=f"No {name.lower()} in this period.")
        complete = slice(None, len(values) - running)
        return Drawing(
            charts.bars(answer.frame["day"], name, values, unit, running),
            _said(name, unit, answer.frame["day"][complete], values[complete]),
            answer.as_of,
            note="Hatched: today, which is not over." if running else "",
        )

    return load, lambda: question.forget(since=since, until=end)


def _said(name: str, unit: Unit, days: pd.Series, values: pd.Series) -> str:
    """What the chart shows, for who cannot see it: its ends and its peak."""
    first, last, peak = (
        f"{text(unit, values.iloc[at])} on {days.iloc[at]:%-d %b %Y}"
        for at in (0, -1, int(values.fillna(0).to_numpy().argmax()))
    )
    return f"{name} by day: {first}, {last}; highest {peak}."
