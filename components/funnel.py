"""The funnel of shoppers: its steps as bars, and their course by week."""

from datetime import date, timedelta

import pandas as pd

from components import behind, charts, notes
from components.card import Drawing, Forget, Load
from components.drill import Rows
from components.parts import Part, Parts
from components.period import Period
from components.question import Ask, Question, measure
from components.shoppers import converted_in
from metrics import text

STEPS = ("launched", "completed", "saved", "purchased")


def conversion(ask: Ask, period: Period, as_of: date) -> None:
    """The card of conversion, by week, with who converted behind it.

    ``as_of`` is the day that is not over yet.
    """
    whole = converted_in(period.start, period.end)
    measure(
        period,
        "conversion",
        ask("shoppers/conversion", as_of=as_of),
        "conversion_pct",
        ask("shoppers/conversion_by_week", as_of=as_of),
        notes.left_out,
        behind=behind.converted(ask, as_of).whole(whole),
    )


def shares(ask: Ask, period: Period, shoppers: Rows) -> None:
    """A card for each of the funnel's last two steps: the share of those who launched, by week.

    ``ask`` says as of which day; the ``shoppers`` who reached a step stand behind it.
    """
    for step, name in (("saved", "Saved"), ("purchased", "Saved, then purchased")):
        measure(
            period,
            f"{step}_share",
            ask("shoppers/funnel"),
            f"{step}_pct",
            ask("shoppers/funnel_by_week"),
            notes.begun,
            behind=shoppers.whole(_reached(step, name, period.start, period.end)),
        )


def steps(
    question: Question, since: date, until: date, shoppers: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of the funnel, drawn, as load and forget of a card.

    The ``shoppers`` who reached a step stand behind it.
    """

    def load() -> Drawing:
        answer = question.read(since=since, until=until)
        row = answer.row
        out = int(row["left_out_count"])
        note = f"Left out: {text('count', out)}, whose 7 days are not over." if out else ""
        counts = [int(row[f"{step}_count"]) for step in STEPS]
        if not counts[0]:
            empty = "Nobody launched a try-on 7 days ago or earlier in this period."
            return Drawing(None, "", answer.as_of, empty=empty, note=note)
        names = [step.capitalize() for step in STEPS]
        said = ", ".join(
            f"{name} {text('count', count)} ({text('pct', count / counts[0])})"
            for name, count in zip(names, counts, strict=True)
        )
        bars = [
            _reached(step, step.capitalize(), since, until) if count else None
            for step, count in zip(STEPS, counts, strict=True)
        ]
        drawing = Drawing(
            charts.funnel(names, "Shoppers", counts),
            f"Shoppers by step: {said}.",
            answer.as_of,
            note=f"Conversion counts purchases without a saved look, too. {note}".strip(),
            parts=Parts.of(_everybody(since, until), {0: bars}),
        )
        return shoppers.behind(drawing)

    return load, lambda: question.forget(since=since, until=until)


def by_week(
    question: Question, since: date, until: date, shoppers: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of the funnel by week as lines, as load and forget of a card.

    The ``shoppers`` who reached a step in a week stand behind its point.
    """

    def load() -> Drawing:
        answer = question.read(since=since, until=until)
        frame = answer.frame
        known = frame[frame["launched_count"] > 0]
        if known.empty:
            empty = "Nobody launched a try-on 7 days ago or earlier in this period."
            return Drawing(None, "", answer.as_of, empty=empty)
        shares = {step.capitalize(): frame[f"{step}_pct"].tolist() for step in STEPS[1:]}
        first, last = (
            ", ".join(
                f"{step} {text('pct', float(known[f'{step}_pct'].iloc[at]))}" for step in STEPS[1:]
            )
            for at in (0, -1)
        )
        drawing = Drawing(
            charts.lines(frame["week"], shares, "pct"),
            f"Shares of the shoppers who launched, by week. First: {first}. Last: {last}.",
            answer.as_of,
            note="Stretches of 7 days back from the period's end; a shopper counts in each anew.",
            parts=_parts_of_weeks(frame, since, until),
        )
        return shoppers.behind(drawing)

    return load, lambda: question.forget(since=since, until=until)


def _parts_of_weeks(frame: pd.DataFrame, since: date, until: date) -> Parts:
    starts = frame["week"].dt.date.tolist()
    weeks = list(zip(starts, [*starts[1:], until], strict=True))
    lines = {
        trace: [
            _reached(step, f"{step.capitalize()}, {_days(*week)}", *week) if count else None
            for week, count in zip(weeks, frame[f"{step}_count"], strict=True)
        ]
        for trace, step in enumerate(STEPS[1:])
    }
    return Parts.of(_everybody(since, until), lines)


def _days(start: date, end: date) -> str:
    return f"first launch from {start:%-d %b} to {end - timedelta(days=1):%-d %b %Y}"


def _everybody(since: date, until: date) -> Part:
    return _reached("launched", "Launched", since, until)


def _reached(step: str, label: str, since: date, until: date) -> Part:
    return Part(label, {"since": since, "until": until, "reached": step})
