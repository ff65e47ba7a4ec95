"""Movements of MRR: how a level became another, month by month, and the brands behind it."""

from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import brand, charts
from components.asked import Row, kept
from components.card import Badge, Drawing, Forget, Load, Table
from components.drill import Rows
from components.parts import Part, Parts
from components.period import Period
from components.question import Answer, Question
from metrics import METRICS, counted, text

# Above zero what adds to MRR, below what takes from it; the order is that of the charts.
GAINS = {"new": charts.GREEN, "expansion": charts.BLUE, "reactivation": charts.NEUTRAL}
LOSSES = {"contraction": charts.OCHRE, "churn": charts.PLUM}


def from_start_to_end(
    question: Question, period: Period, brands: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of the identity, drawn as a waterfall, as load and forget of a card.

    The badge says whether the stored movements lead from the one level to the other, both of which
    are recomputed from the history. ``brands`` are the movements that stand behind the steps.
    """

    def load() -> Drawing:
        return brands.behind(
            _from_start_to_end(question.read(since=period.start, until=period.end), period)
        )

    return load, lambda: question.forget(since=period.start, until=period.end)


@kept
def _from_start_to_end(answer: Answer, period: Period) -> Drawing:
    row = answer.row
    badge = _identity(row)
    steps = {kind.capitalize(): float(row[f"{kind}_usd"]) for kind in GAINS}
    steps |= {kind.capitalize(): -float(row[f"{kind}_usd"]) for kind in LOSSES}
    start, end = float(row["start_usd"]), float(row["end_usd"])
    if not any((start, end, *steps.values())):
        return Drawing(None, "", answer.as_of, empty="No MRR in this period.", badge=badge)
    figure = charts.waterfall(steps, ("Start", start, "End", end), "usd")
    said = ", ".join(
        f"{name.lower()} {text('usd', value)}" for name, value in steps.items() if value
    )
    cut = figure.layout.yaxis.range is not None
    return Drawing(
        figure,
        f"MRR from {text('usd', start)} to {text('usd', end)}: {said or 'no movement'}.",
        answer.as_of,
        note="The axis does not begin at zero." if cut else "",
        badge=badge,
        parts=Parts.of(
            moved("In these days", "all", period.start, period.end),
            # Start and end are levels: every movement lies between them.
            {
                0: [
                    None,
                    *(
                        moved(kind.capitalize(), kind, period.start, period.end)
                        for kind in GAINS | LOSSES
                    ),
                ]
            },
        ),
    )


def _identity(row: Row) -> Badge:
    broken = int(row["broken_count"])
    if not broken:
        return Badge("Movements add up to MRR, to the cent", holds=True)
    brands = counted(broken, "brand")
    return Badge(f"Movements are off by ${row['difference_usd']:,.2f} in {brands}", holds=False)


def by_month(
    question: Question, since: date, until: date, brands: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of that name as stacked bars, as load and forget of a card.

    ``brands`` are the movements that stand behind the bars.
    """

    def load() -> Drawing:
        return brands.behind(_by_month(question.read(since=since, until=until), since, until))

    return load, lambda: question.forget(since=since, until=until)


@kept
def _by_month(answer: Answer, since: date, until: date) -> Drawing:
    rows = answer.frame
    series = {kind.capitalize(): rows[f"{kind}_usd"].astype(float) for kind in GAINS}
    series |= {kind.capitalize(): -rows[f"{kind}_usd"].astype(float) for kind in LOSSES}
    if not any(values.any() for values in series.values()):
        return Drawing(None, "", answer.as_of, empty="No movement in these months.")
    net = sum(series.values(), start=pd.Series(0.0, index=rows.index))
    colours = {kind.capitalize(): colour for kind, colour in (GAINS | LOSSES).items()}
    figure = charts.stacked(
        rows["month"], {name: list(values) for name, values in series.items()}, colours, "usd"
    )
    first, last = (
        f"{text('usd', net.iloc[at])} in {rows['month'].iloc[at]:%b %Y}" for at in (0, -1)
    )
    whole = until.day == 1
    months = [month.date() for month in rows["month"]]
    return Drawing(
        figure,
        f"Movements of MRR by month, net: {first}, {last}.",
        answer.as_of,
        note="" if whole else "The last month is cut at the period's end.",
        parts=Parts.of(
            moved("In these months", "all", since, until),
            {
                trace: [
                    moved(f"{kind.capitalize()} in {begin:%b %Y}", kind, begin, end)
                    for begin, end in zip(months, [*months[1:], until], strict=True)
                ]
                for trace, kind in enumerate(GAINS | LOSSES)
            },
        ),
    )


def moved(label: str, kind: str, since: date, until: date) -> Part:
    """The movements of a kind, or of all, in some days."""
    return Part(label, {"kind": kind, "since": since, "until": until})


def table(question: Question, period: Period) -> tuple[Load[Table], Forget]:
    """The answer of the query of movements as rows, as load and forget of a card."""
    return listed(question.narrowed({"since": period.start, "until": period.end}))


def listed(question: Question) -> tuple[Load[Table], Forget]:
    """The same of a question that knows its days."""

    def load() -> Table:
        answer = question.read()
        money = ("amount_usd", "mrr_before_usd", "mrr_after_usd")
        words = ("kind", "reason")
        return Table(
            answer.frame.assign(
                **{name: answer.frame[name].astype(float) for name in money},
                **{name: answer.frame[name].str.capitalize() for name in words},
            ),
            _columns(),
            alt="Movements of MRR, the latest first: kind, brand, day, amount, before, after",
            as_of=answer.as_of,
            empty="No such movement in this period.",
            note="" if answer.frame.empty else counted(len(answer.frame), "movement"),
            opening="brand",
            **brand.opening(answer.frame["brand_id"]),
        )

    return load, question.forget


def _columns() -> dict[str, ColumnConfig]:
    config = st.column_config
    return {
        "day": config.DateColumn("Day", format="D MMM YYYY", width=110),
        "brand": config.TextColumn("Brand", width=170),
        "kind": config.TextColumn("Kind", width=110),
        "amount_usd": config.NumberColumn("Amount", format="$%,.2f"),
        "mrr_before_usd": config.NumberColumn("MRR before", format="$%,.2f"),
        "mrr_after_usd": config.NumberColumn(
            "MRR after", format="$%,.2f", help=METRICS["mrr"].help
        ),
        "reason": config.TextColumn("Reason", help="Of churn: voluntary or delinquent."),
    }
