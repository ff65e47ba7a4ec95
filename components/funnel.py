"""The funnel of shoppers: its steps as bars, and the same by category or device."""

from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import charts
from components.card import PERCENT, Drawing, Forget, Load, Table
from components.question import Question
from metrics import text

STEPS = ("launched", "completed", "saved", "purchased")


def steps(question: Question, since: date, until: date) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of the funnel over all parts, drawn, as load and forget of a card."""

    def load() -> Drawing:
        answer = question.read(since=since, until=until)
        out = int(answer.frame["left_out_count"].sum())
        note = f"Left out: {text('count', out)}, whose 7 days are not over." if out else ""
        counts = [int(answer.frame[f"{step}_count"].sum()) for step in STEPS]
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


def parts(question: Question, name: str, since: date, until: date) -> tuple[Load[Table], Forget]:
    """The answer of the query of the funnel by part; ``name`` is what a part is called."""

    def load() -> Table:
        answer = question.read(since=since, until=until)
        return Table(
            answer.frame[answer.frame["launched_count"] + answer.frame["left_out_count"] > 0],
            _columns(name, answer.frame),
            alt=f"The funnel of shoppers by {name.lower()} of their first try-on",
            as_of=answer.as_of,
            empty="Nobody launched a try-on in this period.",
        )

    return load, lambda: question.forget(since=since, until=until)


def _columns(name: str, frame: pd.DataFrame) -> dict[str, ColumnConfig]:
    config = st.column_config
    shares = {
        f"{step}_pct": config.NumberColumn(
            step.capitalize(), format=PERCENT, help=f"{step.capitalize()} ÷ launched."
        )
        for step in STEPS[1:]
    }
    left_out = {
        "left_out_count": config.NumberColumn(
            "Left out", format="localized", help="Shoppers whose 7 days are not over."
        )
    }
    return {
        "part": config.TextColumn(name),
        "launched_count": config.NumberColumn("Launched", format="localized"),
        **shares,
        **(left_out if frame["left_out_count"].any() else {}),
    }
