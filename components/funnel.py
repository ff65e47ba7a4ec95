"""The funnel of shoppers: its steps as bars, and their course by week."""

from datetime import date

from components import charts
from components.card import Drawing, Forget, Load
from components.question import Question
from metrics import text

STEPS = ("launched", "completed", "saved", "purchased")


def steps(question: Question, since: date, until: date) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of the funnel, drawn, as load and forget of a card."""

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
        figure = charts.funnel(names, "Shoppers", counts)
        return Drawing(figure, f"Shoppers by step: {said}.", answer.as_of, note=note)

    return load, lambda: question.forget(since=since, until=until)


def by_week(question: Question, since: date, until: date) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of the funnel by week as lines, as load and forget of a card."""

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
        return Drawing(
            charts.lines(frame["week"], shares, "pct"),
            f"Shares of the shoppers who launched, by week. First: {first}. Last: {last}.",
            answer.as_of,
            note="Stretches of 7 days back from the period's end; a shopper counts in each anew.",
        )

    return load, lambda: question.forget(since=since, until=until)
