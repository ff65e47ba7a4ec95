"""Charts of a question that gives a row a day: how the card reads, draws and describes it."""

from datetime import date, timedelta

import pandas as pd

from components import charts
from components.card import Behind, Drawing, Forget, Load
from components.drill import Part, Rows
from components.question import Parameter, Question
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
        answer = question.read(since=since, until=until)
        values = answer.frame[column].astype(float)
        if not values.fillna(0).any():
            return Drawing(None, "", answer.as_of, empty=f"No {name} in this period.")
        days = [day.date() for day in answer.frame["day"]]
        return Drawing(
            charts.level(days, name, values, unit),
            _said(name, unit, answer.frame["day"], values),
            answer.as_of,
            behind=None if behind is None else _behind_months(behind, days, until),
        )

    return load, lambda: question.forget(since=since, until=until)


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
            behind=None
            if behind is None
            else _behind_days(behind, answer.frame["day"], since, end),
        )

    return load, lambda: question.forget(since=since, until=end)


def _behind_months(movements: Rows, days: list[date], until: date) -> Behind:
    def part(day: date) -> Part:
        begin = day.replace(day=1)
        after = (begin + timedelta(days=31)).replace(day=1)
        window: dict[str, Parameter] = {"since": begin, "until": min(after, until)}
        return Part(f"In {day:%B %Y}", {**window, "kind": "all"})

    whole: dict[str, Parameter] = {"since": days[0], "until": until, "kind": "all"}
    return movements.behind(Part("In all these days", whole), {0: [part(day) for day in days]})


def _behind_days(jobs: Rows, days: pd.Series, since: date, until: date) -> Behind:
    ended: dict[str, Parameter] = {"dated": "ended", "status": "completed"}
    whole: dict[str, Parameter] = {**ended, "since": since, "until": until}
    parts = [
        Part(
            f"Completed on {day:%a %-d %b %Y}",
            {**ended, "since": day.date(), "until": day.date() + timedelta(days=1)},
        )
        for day in days
    ]
    return jobs.behind(Part("Completed in all these days", whole), {0: parts})


def _said(name: str, unit: Unit, days: pd.Series, values: pd.Series) -> str:
    """What the chart shows, for who cannot see it: its ends and its peak."""
    first, last, peak = (
        f"{text(unit, values.iloc[at])} on {days.iloc[at]:%-d %b %Y}"
        for at in (0, -1, int(values.fillna(0).to_numpy().argmax()))
    )
    return f"{name} by day: {first}, {last}; highest {peak}."
