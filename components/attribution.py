"""Attributed revenue by what touched the shopper before: try-on, recommendation, share."""

from datetime import date

from components import charts, steps
from components.asked import kept
from components.card import Drawing, Forget, Load
from components.drill import Rows
from components.parts import Part, Parts
from components.question import Answer, Question
from metrics import text

# In the order of the chart, from the axis up. What nothing touched is not among them.
SOURCES = {"tryon": "Try-on", "recommendation": "Recommendation", "share": "Share"}
_COLOURS = dict(zip(SOURCES.values(), (charts.PLUM, charts.BLUE, charts.OCHRE), strict=True))


def over_time(
    question: Question, since: date, until: date, purchases: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of that name as stacked bars, as load and forget of a card.

    ``purchases`` stand behind the bars.
    """
    step = str(question.params["step"])

    def load() -> Drawing:
        return purchases.behind(
            _over_time(question.read(since=since, until=until), step, since, until)
        )

    return load, lambda: question.forget(since=since, until=until)


@kept
def _over_time(answer: Answer, step: str, since: date, until: date) -> Drawing:
    frame = answer.frame
    series = {name: frame[f"{source}_usd"].astype(float) for source, name in SOURCES.items()}
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
            frame["day"], {name: list(values) for name, values in series.items()}, _COLOURS, "usd"
        ),
        f"Attributed revenue by {step}; in the period: {sums}.",
        answer.as_of,
        note=f"The period cuts the first or the last {step}." if cut else "",
        parts=_parts(step, frame["day"].dt.date.tolist(), since, until),
    )


def _parts(step: str, starts: list[date], since: date, until: date) -> Parts:
    """The purchases of each source in each step, which the period may cut."""
    windows = steps.windows(step, starts, since, until)
    traces = {
        trace: [credited(source, first, end, when) for when, first, end in windows]
        for trace, source in enumerate(SOURCES)
    }
    return Parts.of(credited("any", since, until), traces)


def credited(source: str, since: date, until: date, when: str = "in all these days") -> Part:
    """The purchases of some days that a source is credited with; ``any`` and ``none`` are too."""
    name = {"any": "Attributed", "none": "Unattributed", **SOURCES}[source]
    return Part(f"{name} {when}", {"source": source, "since": since, "until": until})
