"""Attributed revenue by what touched the shopper before: try-on, recommendation, share."""

from datetime import date

from components import charts
from components.card import Drawing, Forget, Load
from components.question import Question
from metrics import text

# In the order of the chart, from the axis up. What nothing touched is not among them.
SOURCES = {"tryon": "Try-on", "recommendation": "Recommendation", "share": "Share"}
_COLOURS = dict(zip(SOURCES.values(), (charts.PLUM, charts.BLUE, charts.OCHRE), strict=True))


def over_time(question: Question, since: date, until: date) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of that name as stacked bars, as load and forget of a card."""
    step = str(question.params["step"])

    def load() -> Drawing:
        answer = question.read(since=since, until=until)
        series = {
            name: answer.frame[f"{source}_usd"].astype(float) for source, name in SOURCES.items()
        }
        if not any(values.any() for values in series.values()):
            return Drawing(None, "", answer.as_of, empty="No attributed purchase in this period.")
        sums = ", ".join(f"{name} {text('usd', v.sum())}" for name, v in series.items())
        cut = {
            "day": False,
            "week": since.weekday() > 0 or until.weekday() > 0,
            "month": since.day > 1 or until.day > 1,
        }[step]
        return Drawing(
            charts.stacked(
                answer.frame["day"],
                {name: list(values) for name, values in series.items()},
                _COLOURS,
                "usd",
            ),
            f"Attributed revenue by {step}; in the period: {sums}.",
            answer.as_of,
            note=f"The period cuts the first or the last {step}." if cut else "",
        )

    return load, lambda: question.forget(since=since, until=until)
